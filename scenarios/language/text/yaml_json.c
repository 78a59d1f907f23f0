#include "scenarios/language/text/yaml_json.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static size_t digits(const char *p)
{
    return strspn(p, "0123456789");
}

static bool is_integer(const char *p)
{
    p += *p == '-' || *p == '+';
    return digits(p) > 0 && p[digits(p)] == '\0';
}

/* An integer beyond 64 bits becomes a string: as a real number it would lose digits and equal its neighbours. */
static json_t *integer_json(const struct nt_yaml *n)
{
    errno = 0;
    long long value = strtoll(n->text, NULL, 10);
    return errno == 0 ? json_integer(value) : json_stringn(n->text, n->len);
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_real(const char *p)
{
    p += *p == '-' || *p == '+';
    size_t whole = digits(p), part = 0;
    p += whole;
    if (*p == '.') {
        part = digits(p + 1);
        p += 1 + part;
    }
    if (whole + part == 0)
        return false;
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '-' || *p == '+';
        if (digits(p) == 0)
            return false;
        p += digits(p);
    }
    return *p == '\0';
}

static json_t *scalar_json(const struct nt_yaml *n)
{
    if (!n->quoted) {
        if (nt_yaml_is_null(n))
            return json_null();
        if (strcmp(n->text, "true") == 0 || strcmp(n->text, "false") == 0)
            return json_boolean(n->text[0] == 't');
        if (is_integer(n->text))
            return integer_json(n);
        if (is_real(n->text))
            return json_real(strtod(n->text, NULL));
    }
    return json_stringn(n->text, n->len);
}

static json_t *value_json(const struct nt_yaml *n)
{
    if (n->kind == NT_YAML_SCALAR)
        return scalar_json(n);
    json_t *j = n->kind == NT_YAML_LIST ? json_array() : json_object();
    for (size_t i = 0; j != NULL && i < n->count; i++) {
        json_t *item = value_json(n->items[i]);
        int r = n->kind == NT_YAML_LIST ? json_array_append_new(j, item) : json_object_set_new(j, n->keys[i]->text, item);
        if (r != 0) {
            json_decref(j);
            j = NULL;
        }
    }
    return j;
}

char *nt_yaml_json(const struct nt_yaml *node, struct nt_arena *a)
{
    json_t *j = value_json(node);
    char *text = j != NULL ? json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    char *copy = text != NULL ? nt_arena_text(a, text, strlen(text)) : NULL;
    free(text);
    json_decref(j);
    return copy;
}
