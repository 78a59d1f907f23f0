#include "scenarios/diff/facts.h"

#include "core/base/map.h"
#include "core/base/shown.h"
#include "reports/result/result.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX 1000000

/* --- putting --- */

struct item {
    char *key;
    char *word; /* NULL: the count */
    uint64_t count;
};

struct items {
    struct item *at;
    size_t count, cap;
    struct nt_text text; /* of a key or a word, while it is made */
    int err;
};

static char *copy_shown(struct items *items, const char *s)
{
    char *shown = nt_shown(s, false);
    if (shown == NULL || items->text.err != NT_OK)
        items->err = NT_ENOMEM;
    return shown;
}

static void add_item(struct items *items, const char *key, const char *word, uint64_t count)
{
    struct item item = {copy_shown(items, key), word != NULL ? copy_shown(items, word) : NULL, count};
    if (items->err == NT_OK)
        items->err = nt_grow(&items->at, &items->cap, items->count + 1, sizeof *items->at, ITEMS_MAX);
    if (items->err == NT_OK) {
        items->at[items->count++] = item;
        return;
    }
    free(item.key);
    free(item.word);
}

static int compare_items(const void *a, const void *b)
{
    return strcmp(((const struct item *)a)->key, ((const struct item *)b)->key);
}

/* Items of one key are one: their counts are added. */
static void put_items(struct nt_text *t, struct items *items)
{
    if (items->count > 1)
        qsort(items->at, items->count, sizeof *items->at, compare_items);
    for (size_t i = 0; i < items->count; i++) {
        struct item *k = &items->at[i], *next = i + 1 < items->count ? k + 1 : NULL;
        if (next != NULL && strcmp(k->key, next->key) == 0) {
            next->count += k->count;
            continue;
        }
        nt_text_put(t, k->key);
        nt_text_put(t, "\t");
        nt_text_put(t, k->word);
        if (k->word == NULL)
            nt_text_printf(t, "%" PRIu64, k->count);
        nt_text_put(t, "\n");
    }
}

static void free_items(struct items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        free(items->at[i].key);
        free(items->at[i].word);
    }
    free(items->at);
    nt_text_free(&items->text);
}

static void add_outcome(struct items *items, const struct nt_result_case *c)
{
    char text[100];
    int n = snprintf(text, sizeof text, "%s", nt_outcome_name(c->outcome));
    if (c->runs_failed > 0)
        snprintf(text + n, sizeof text - (size_t)n, " (%u of %u runs passed)", (unsigned)c->runs_passed,
                 (unsigned)c->runs_passed + c->runs_failed);
    add_item(items, "", text, 1);
}

static void add_reason(struct items *items, const struct nt_result_case *c)
{
    add_item(items, "", c->reason, 1);
}

static void add_path(struct items *items, const struct nt_result_case *c)
{
    add_item(items, "", c->path != NULL ? c->path : "not judged", 1);
}

/* The pair of the only component is the agent's. */
static void add_types(struct items *items, const struct nt_result_case *c)
{
    for (size_t i = 0; i < c->agent_count; i++) {
        const struct nt_result_agent *a = &c->agents[i];
        for (size_t k = 0; k < a->selected_count; k++) {
            const struct nt_result_selected *s = &a->selected[k];
            struct nt_text word = {0};
            items->text.len = 0;
            nt_text_put(&items->text, a->name);
            if (s->stream != 1 || s->component != 1)
                nt_text_printf(&items->text, " (stream %u, component %u)", (unsigned)s->stream, (unsigned)s->component);
            nt_text_printf(&word, "%s/%s", s->local.type, s->remote.type);
            if (word.err != NT_OK)
                items->err = word.err;
            add_item(items, items->text.p, word.p, 1);
            nt_text_free(&word);
        }
    }
}

static void add_states(struct items *items, const struct nt_result_case *c)
{
    for (size_t i = 0; i < c->agent_count; i++)
        add_item(items, c->agents[i].name, c->agents[i].state, 1);
}

static void add_gap(struct items *items, const struct nt_result_case *c)
{
    char text[40];
    snprintf(text, sizeof text, "%" PRId64 " ms", c->data_gap_ms);
    if (c->data_gap_ms > 0)
        add_item(items, "", text, 1);
}

static void add_findings(struct items *items, const struct nt_result_finding *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        items->text.len = 0;
        nt_text_put(&items->text, found[i].rule);
        if (found[i].agent != NULL)
            nt_text_printf(&items->text, " by %s", found[i].agent);
        add_item(items, items->text.p, NULL, found[i].count);
    }
}

static void add_violations(struct items *items, const struct nt_result_case *c)
{
    add_findings(items, c->violations, c->violation_count);
}

static void add_advice(struct items *items, const struct nt_result_case *c)
{
    add_findings(items, c->advice, c->advice_count);
}

/* What is compared, in the order in which changes are told. */
static const struct {
    const char *name; /* before the change of a fact of the whole case */
    const char *none; /* what an item is called that is not there */
    void (*add)(struct items *items, const struct nt_result_case *c);
} facts[NT_FACT_COUNT] = {
    [NT_FACT_OUTCOME] = {"", "none", add_outcome},    [NT_FACT_REASON] = {"reason ", "none", add_reason},
    [NT_FACT_PATH] = {"path ", "none", add_path},     [NT_FACT_TYPES] = {"", "no pair", add_types},
    [NT_FACT_STATES] = {"", "not there", add_states}, [NT_FACT_GAP] = {"longest gap of data ", "none", add_gap},
    [NT_FACT_VIOLATIONS] = {"", "0", add_violations}, [NT_FACT_ADVICE] = {"", "0", add_advice},
};

void nt_diff_fact_put(struct nt_text *t, enum nt_diff_fact fact, const struct nt_result_case *c)
{
    struct items items = {0};
    t->len = 0;
    nt_text_add(t, "", 0);
    facts[fact].add(&items, c);
    put_items(t, &items);
    if (items.err != NT_OK)
        t->err = items.err;
    free_items(&items);
}

/* --- comparing --- */

struct line {
    const char *key, *value;
    size_t key_len, value_len;
};

/* The next item of a text; false: there is none. */
static bool next_line(const char **text, struct line *l)
{
    const char *s = *text, *tab = strchr(s, '\t'), *end = tab != NULL ? strchr(tab, '\n') : NULL;
    if (end == NULL)
        return false;
    *l = (struct line){s, tab + 1, (size_t)(tab - s), (size_t)(end - tab - 1)};
    *text = end + 1;
    return true;
}

static int compare_keys(const struct line *a, const struct line *b)
{
    size_t n = a->key_len < b->key_len ? a->key_len : b->key_len;
    int c = memcmp(a->key, b->key, n);
    return c != 0 ? c : a->key_len < b->key_len ? -1 : a->key_len > b->key_len;
}

struct walk { /* over two texts at once; a line without a key pointer is not there */
    const char *rest[2];
    struct line at[2], item[2];
    bool has[2];
};

static void walk_begin(struct walk *w, const char *before, const char *after)
{
    *w = (struct walk){.rest = {before, after}};
    for (int i = 0; i < 2; i++)
        w->has[i] = next_line(&w->rest[i], &w->at[i]);
}

/* Puts the two sides of the next key into w->item. */
static bool walk_next(struct walk *w)
{
    int c = !w->has[0] ? 1 : !w->has[1] ? -1 : compare_keys(&w->at[0], &w->at[1]);
    if (!w->has[0] && !w->has[1])
        return false;
    for (int i = 0; i < 2; i++) {
        bool taken = i == 0 ? c <= 0 : c >= 0;
        w->item[i] = taken ? w->at[i] : (struct line){0};
        if (taken)
            w->has[i] = next_line(&w->rest[i], &w->at[i]);
    }
    return true;
}

static bool same_value(const struct walk *w)
{
    const struct line *a = &w->item[0], *b = &w->item[1];
    return a->key != NULL && b->key != NULL && a->value_len == b->value_len && memcmp(a->value, b->value, a->value_len) == 0;
}

static void put_value(struct nt_text *t, enum nt_diff_fact fact, const struct line *l)
{
    if (l->key == NULL || l->value_len == 0)
        nt_text_put(t, facts[fact].none);
    else
        nt_text_add(t, l->value, l->value_len);
}

void nt_diff_fact_put_change(struct nt_text *t, enum nt_diff_fact fact, const char *before, const char *after)
{
    struct walk w;
    bool first = true;
    walk_begin(&w, before, after);
    while (walk_next(&w)) {
        const struct line *named = w.item[0].key != NULL ? &w.item[0] : &w.item[1];
        if (same_value(&w))
            continue;
        nt_text_put(t, first ? "" : ", ");
        nt_text_add(t, named->key, named->key_len);
        nt_text_put(t, named->key_len > 0 ? ": " : facts[fact].name);
        put_value(t, fact, &w.item[0]);
        nt_text_put(t, " -> ");
        put_value(t, fact, &w.item[1]);
        first = false;
    }
}

bool nt_diff_fact_rose(const char *before, const char *after)
{
    struct walk w;
    walk_begin(&w, before, after);
    while (walk_next(&w)) {
        uint64_t a = w.item[0].key != NULL ? strtoull(w.item[0].value, NULL, 10) : 0;
        uint64_t b = w.item[1].key != NULL ? strtoull(w.item[1].value, NULL, 10) : 0;
        if (b > a)
            return true;
    }
    return false;
}
