#include "scenarios/language/keys/key_table.h"

#include <string.h>

#define KEYS_MAX 64
#define LIST_TEXT 400

const struct nt_key *nt_table_find(const struct nt_table *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->keys[i].name, name) == 0)
            return &t->keys[i];
    return NULL;
}

static void report_unknown_key(struct nt_load *l, const struct nt_table *t, const struct nt_yaml *key)
{
    const char *names[KEYS_MAX];
    char list[LIST_TEXT];
    size_t n = 0;
    for (size_t i = 0; i < t->count && n < KEYS_MAX; i++)
        if ((t->keys[i].flags & NT_KEY_UNBUILT) == 0)
            names[n++] = t->keys[i].name;
    struct nt_diag *d = nt_load_error(l, key, "unknown key '%s'", key->text);
    if (strcmp(key->text, "position") == 0 || strcmp(key->text, "walk") == 0)
        nt_diag_mend(d, "it belongs to the attachment, as in {on: NETWORK, %s: ...}", key->text);
    else if (!nt_suggest(d, key->text, names, n))
        nt_diag_mend(d, "%s has %s", t->noun, nt_words_join(list, sizeof list, names, n));
}

static bool read_table(struct nt_load *l, const struct nt_table *t, const struct nt_yaml *map, void *object, bool some)
{
    size_t before = l->src->errors;
    if (map->kind != NT_YAML_MAP) {
        nt_diag_mend(nt_load_error(l, map, "%s must be a mapping, not %s", t->noun, nt_yaml_kind_name(map)), "write {%s: ...}",
                     t->keys[0].name);
        return false;
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct nt_key *k = nt_table_find(t, map->keys[i]->text);
        if (k == NULL && !some)
            report_unknown_key(l, t, map->keys[i]);
        else if (k != NULL && (k->flags & NT_KEY_UNBUILT))
            nt_load_error(l, map->keys[i], "'%s' is not in this version", k->name);
        else if (k != NULL)
            nt_key_read(l, k, map->items[i], object);
    }
    for (size_t i = 0; i < t->count; i++)
        if ((t->keys[i].flags & NT_KEY_REQUIRED) && nt_yaml_get(map, t->keys[i].name) == NULL)
            nt_diag_mend(nt_load_error(l, map, "'%s' is missing", t->keys[i].name), "%s needs it", t->noun);
    return l->src->errors == before && !l->nomem;
}

bool nt_table_read(struct nt_load *l, const struct nt_table *t, const struct nt_yaml *map, void *object)
{
    return read_table(l, t, map, object, false);
}

bool nt_table_read_known(struct nt_load *l, const struct nt_table *t, const struct nt_yaml *map, void *object)
{
    return read_table(l, t, map, object, true);
}
