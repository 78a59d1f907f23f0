#include "reports/page/strings.h"

#include "core/base/err.h"

#include <stdlib.h>
#include <string.h>

void nt_strings_init(struct nt_strings *s)
{
    *s = (struct nt_strings){0};
    nt_map_init(&s->by_hash, sizeof(uint64_t));
}

void nt_strings_free(struct nt_strings *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->items[i]);
    free(s->items);
    nt_map_free(&s->by_hash);
    nt_text_free(&s->json);
}

static size_t add_string(struct nt_strings *s, uint64_t hash, const char *text)
{
    char *copy = strdup(text);
    int err = copy != NULL ? nt_grow(&s->items, &s->cap, s->count + 1, sizeof *s->items, UINT32_MAX - 2) : NT_ENOMEM;
    if (err == NT_OK)
        err = nt_map_put(&s->by_hash, &hash, (uint32_t)s->count);
    if (err != NT_OK) {
        free(copy);
        s->err = err;
        return 0;
    }
    s->items[s->count] = copy;
    nt_text_put(&s->json, s->count == 0 ? "" : ",");
    nt_text_json(&s->json, text);
    if (s->json.err != NT_OK)
        s->err = s->json.err;
    return s->count++;
}

size_t nt_string_number(struct nt_strings *s, const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (text == NULL)
        text = "";
    for (const char *p = text; *p != '\0'; p++)
        hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    uint32_t found = nt_map_get(&s->by_hash, &hash);
    if (found != NT_MAP_NONE && strcmp(s->items[found], text) == 0)
        return found;
    return add_string(s, hash, text);
}

void nt_text_json(struct nt_text *t, const char *s)
{
    char *clean = nt_clean(s, true);
    if (clean == NULL) {
        t->err = NT_ENOMEM;
        return;
    }
    nt_text_put(t, "\"");
    for (const char *p = clean; *p != '\0';) {
        size_t n = strcspn(p, "\"\\\n<>&");
        nt_text_add(t, p, n);
        p += n;
        if (*p != '\0')
            nt_text_printf(t, "\\u%04x", (unsigned)(unsigned char)*p++);
    }
    nt_text_put(t, "\"");
    free(clean);
}
