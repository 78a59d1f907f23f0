#include "scenarios/language/text/yaml.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "scenarios/language/text/names.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#define ANCHORS_MAX 4096

/* A list or map whose end has not been read. */
struct level {
    struct nt_yaml *node;
    struct nt_yaml **children; /* of a map: keys and values in turn */
    size_t count, cap;
    const char *anchor;
};

struct parse {
    struct nt_source *src;
    struct nt_arena *arena;
    struct level levels[NT_YAML_DEPTH_MAX];
    size_t depth;
    struct nt_yaml *root;
    const char *anchor_names[ANCHORS_MAX];
    struct nt_yaml *anchors[ANCHORS_MAX];
    size_t anchor_count;
    size_t documents;
    bool failed;
};

static void fail_nomem(struct parse *p)
{
    if (!p->failed)
        nt_source_nomem(p->src);
    p->failed = true;
}

/* An empty value has no mark: its place is that of its key, or the start of its list. */
static struct nt_place place_of(const struct parse *p, const struct fy_mark *m)
{
    if (m != NULL)
        return (struct nt_place){m->line + 1, m->column + 1};
    if (p->depth == 0)
        return (struct nt_place){1, 1};
    const struct level *l = &p->levels[p->depth - 1];
    return l->node->kind == NT_YAML_MAP && l->count % 2 == 1 ? l->children[l->count - 1]->place : l->node->place;
}

static struct nt_yaml *new_node(struct parse *p, enum nt_yaml_kind kind, struct nt_place place)
{
    struct nt_yaml *n = nt_arena_alloc(p->arena, sizeof *n);
    if (n == NULL) {
        fail_nomem(p);
        return NULL;
    }
    *n = (struct nt_yaml){.kind = kind, .place = place, .weight = 1};
    return n;
}

static const char *token_text(struct parse *p, struct fy_token *t, size_t *len)
{
    size_t n = 0;
    const char *text = t != NULL ? fy_token_get_text(t, &n) : NULL;
    const char *copy = nt_arena_text(p->arena, text != NULL ? text : "", text != NULL ? n : 0);
    if (copy == NULL)
        fail_nomem(p);
    if (len != NULL)
        *len = text != NULL ? n : 0;
    return copy;
}

static void add_anchor(struct parse *p, const char *name, struct nt_yaml *n)
{
    if (name == NULL)
        return;
    if (p->anchor_count == ANCHORS_MAX) {
        nt_source_error(p->src, n->place, "more than %d anchors", ANCHORS_MAX);
        p->failed = true;
        return;
    }
    p->anchor_names[p->anchor_count] = name;
    p->anchors[p->anchor_count++] = n;
}

/* The latest complete node with that anchor. An alias inside the node of its own anchor finds none, so there is no cycle. */
static struct nt_yaml *find_anchor(const struct parse *p, const char *name)
{
    for (size_t i = p->anchor_count; i > 0; i--)
        if (strcmp(p->anchor_names[i - 1], name) == 0)
            return p->anchors[i - 1];
    return NULL;
}

/* Adds a complete node to the innermost open list or map. */
static void add_node(struct parse *p, struct nt_yaml *n, struct nt_place place)
{
    if (p->depth == 0) {
        p->root = n;
        return;
    }
    struct level *l = &p->levels[p->depth - 1];
    bool key = l->node->kind == NT_YAML_MAP && l->count % 2 == 0;
    if (key && n->kind != NT_YAML_SCALAR) {
        nt_diag_mend(nt_source_error(p->src, place, "a key must be plain text"), "write 'key: value'");
        p->failed = true;
        return;
    }
    if (n->height + p->depth >= NT_YAML_DEPTH_MAX) {
        nt_source_error(p->src, place, "nested deeper than %d levels", NT_YAML_DEPTH_MAX);
        p->failed = true;
        return;
    }
    if (nt_grow(&l->children, &l->cap, l->count + 1, sizeof *l->children, NT_YAML_NODES_MAX) != NT_OK) {
        fail_nomem(p);
        return;
    }
    l->children[l->count++] = n;
    l->node->weight += n->weight;
    l->node->open = l->node->open || (!key && n->open);
    if (n->height >= l->node->height)
        l->node->height = (uint8_t)(n->height + 1);
    if (l->node->weight > NT_YAML_NODES_MAX) {
        nt_source_error(p->src, place, "more than %d values, with aliases expanded", NT_YAML_NODES_MAX);
        p->failed = true;
    }
}

static void on_scalar(struct parse *p, struct fy_event *e, struct nt_place place)
{
    enum fy_scalar_style style = e->scalar.value != NULL ? fy_scalar_token_get_style(e->scalar.value) : FYSS_PLAIN;
    if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED)
        place.column -= place.column > 1; /* the mark is after the quote */
    struct nt_yaml *n = new_node(p, NT_YAML_SCALAR, place);
    if (n == NULL)
        return;
    n->quoted = style != FYSS_PLAIN && style != FYSS_ANY;
    n->text = token_text(p, e->scalar.value, &n->len);
    if (n->text == NULL)
        return;
    if (memchr(n->text, '\0', n->len) != NULL) {
        nt_source_error(p->src, place, "a NUL character in a text");
        p->failed = true;
        return;
    }
    n->open = strstr(n->text, "${") != NULL;
    if (e->scalar.anchor != NULL)
        add_anchor(p, token_text(p, e->scalar.anchor, NULL), n);
    add_node(p, n, place);
}

static void on_alias(struct parse *p, struct fy_event *e, struct nt_place place)
{
    const char *name = token_text(p, e->alias.anchor, NULL);
    if (name == NULL)
        return;
    place.column -= place.column > 1;
    struct nt_yaml *n = find_anchor(p, name);
    if (n == NULL) {
        nt_diag_mend(nt_source_error(p->src, place, "there is no anchor '%s' before this alias", name),
                     "write '&%s' before the value it names", name);
        p->failed = true;
        return;
    }
    add_node(p, n, place);
}

static void on_start(struct parse *p, enum nt_yaml_kind kind, struct fy_token *anchor, struct nt_place place)
{
    if (p->depth == NT_YAML_DEPTH_MAX) {
        nt_source_error(p->src, place, "nested deeper than %d levels", NT_YAML_DEPTH_MAX);
        p->failed = true;
        return;
    }
    struct nt_yaml *n = new_node(p, kind, place);
    if (n == NULL)
        return;
    p->levels[p->depth++] = (struct level){.node = n, .anchor = anchor != NULL ? token_text(p, anchor, NULL) : NULL};
}

static void split_map(struct parse *p, struct level *l)
{
    struct nt_yaml *n = l->node;
    struct nt_names seen;
    n->count = l->count / 2;
    n->keys = nt_arena_alloc(p->arena, (n->count + 1) * sizeof *n->keys);
    n->items = nt_arena_alloc(p->arena, (n->count + 1) * sizeof *n->items);
    if (n->keys == NULL || n->items == NULL || nt_names_init(&seen, p->arena, n->count) != NT_OK) {
        fail_nomem(p);
        return;
    }
    for (size_t i = 0; i < n->count; i++) {
        n->keys[i] = l->children[2 * i];
        n->items[i] = l->children[2 * i + 1];
        if (nt_names_add(&seen, n->keys[i]->text, (uint32_t)i) == NT_EEXIST) {
            const struct nt_yaml *first = n->keys[nt_names_find(&seen, n->keys[i]->text)];
            nt_diag_mend(nt_source_error(p->src, n->keys[i]->place, "duplicate key '%s'", n->keys[i]->text),
                         "it is already in line %d", first->place.line);
            p->failed = true;
        }
    }
}

static void on_end(struct parse *p)
{
    struct level *l = &p->levels[p->depth - 1];
    struct nt_yaml *n = l->node;
    if (n->kind == NT_YAML_MAP) {
        split_map(p, l);
    } else {
        n->count = l->count;
        n->items = nt_arena_alloc(p->arena, (n->count + 1) * sizeof *n->items);
        if (n->items == NULL)
            fail_nomem(p);
        else if (n->count != 0)
            memcpy(n->items, l->children, n->count * sizeof *n->items);
    }
    free(l->children);
    p->depth--;
    add_anchor(p, l->anchor, n);
    add_node(p, n, n->place);
}

static struct fy_token *tag_of(const struct fy_event *e)
{
    return e->type == FYET_SCALAR           ? e->scalar.tag
           : e->type == FYET_SEQUENCE_START ? e->sequence_start.tag
           : e->type == FYET_MAPPING_START  ? e->mapping_start.tag
                                            : NULL;
}

static void on_event(struct parse *p, struct fy_event *e)
{
    struct nt_place place = place_of(p, fy_event_start_mark(e));
    if (tag_of(e) != NULL) {
        nt_diag_mend(nt_source_error(p->src, place, "YAML tags ('!...') are not supported"), "leave it out");
        p->failed = true;
        return;
    }
    switch (e->type) {
    case FYET_DOCUMENT_START:
        if (p->documents++ > 0) {
            nt_diag_mend(nt_source_error(p->src, place, "a second document"),
                         "one scenario per file: leave out what follows '---'");
            p->failed = true;
        }
        break;
    case FYET_SCALAR: on_scalar(p, e, place); break;
    case FYET_ALIAS: on_alias(p, e, place); break;
    case FYET_MAPPING_START: on_start(p, NT_YAML_MAP, e->mapping_start.anchor, place); break;
    case FYET_SEQUENCE_START: on_start(p, NT_YAML_LIST, e->sequence_start.anchor, place); break;
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END: on_end(p); break;
    default: break;
    }
}

/* Reports the errors that the parser collected. */
static void parser_errors(struct parse *p, struct fy_diag *diag)
{
    void *it = NULL;
    size_t before = p->src->errors;
    for (struct fy_diag_error *e; (e = fy_diag_errors_iterate(diag, &it)) != NULL;)
        if (e->type == FYET_ERROR && e->line > 0) {
            struct nt_diag *d =
                nt_source_error(p->src, (struct nt_place){e->line, e->column > 0 ? e->column : 1}, "not YAML: %s", e->msg);
            if (d != NULL && strstr(e->msg, "expected ':'") != NULL)
                nt_diag_mend(d, "write a colon and a space after the key, as in claim: TEXT");
            if (d != NULL && d->source != NULL && strstr(d->source, " ${") != NULL) /* YAML takes the braces as a mapping */
                nt_diag_mend(d, "put values with ${...} in quotes, as in \"${axis}\"");
        }
    if (p->src->errors == before)
        nt_source_error(p->src, (struct nt_place){1, 1}, "not YAML");
    p->failed = true;
}

static void run_parser(struct parse *p, struct fy_parser *parser, struct fy_diag *diag)
{
    struct fy_event *e;
    while (!p->failed && (e = fy_parser_parse(parser)) != NULL) {
        on_event(p, e);
        fy_parser_event_free(parser, e);
    }
    if (!p->failed && (fy_parser_get_stream_error(parser) || fy_diag_got_error(diag)))
        parser_errors(p, diag);
    for (size_t i = 0; i < p->depth; i++)
        free(p->levels[i].children);
}

static void parse_with_library(struct parse *p)
{
    struct fy_diag_cfg dc;
    fy_diag_cfg_default(&dc);
    dc.fp = NULL;
    dc.level = FYET_ERROR;
    struct fy_diag *diag = fy_diag_create(&dc);
    if (diag == NULL) {
        fail_nomem(p);
        return;
    }
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg pc = {
        .search_path = "", .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE, .diag = diag};
    struct fy_parser *parser = fy_parser_create(&pc);
    if (parser == NULL || fy_parser_set_string(parser, p->src->text, p->src->len) != 0)
        fail_nomem(p);
    else
        run_parser(p, parser, diag);
    if (parser != NULL)
        fy_parser_destroy(parser);
    fy_diag_destroy(diag);
}

/* Length of the UTF-8 character at s; 0: invalid, or a control character that does not belong in a text file. */
static size_t utf8_length(const uint8_t *s, size_t left)
{
    if (s[0] < 0x80)
        return s[0] >= 0x20 ? s[0] != 0x7f : s[0] == '\t' || s[0] == '\n' || s[0] == '\r';
    size_t n = s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
    if (n == 0 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    bool beyond = (s[0] == 0xed && s[1] >= 0xa0) || (s[0] == 0xf4 && s[1] >= 0x90);
    return overlong || beyond ? 0 : n;
}

static bool is_text(struct nt_source *s)
{
    struct nt_place at = {1, 1};
    for (size_t i = 0, n; i < s->len; i += n, at.column++) {
        n = utf8_length((const uint8_t *)s->text + i, s->len - i);
        if (n == 0) {
            nt_diag_mend(nt_source_error(s, at, "byte 0x%02x: not a text file", (uint8_t)s->text[i]),
                         "a scenario is YAML in UTF-8");
            return false;
        }
        if (s->text[i] == '\n')
            at = (struct nt_place){at.line + 1, 0};
    }
    return true;
}

struct nt_yaml *nt_yaml_parse(struct nt_source *s, struct nt_arena *a)
{
    if (!is_text(s))
        return NULL;
    struct parse *p = calloc(1, sizeof *p);
    if (p == NULL) {
        nt_source_nomem(s);
        return NULL;
    }
    p->src = s;
    p->arena = a;
    parse_with_library(p);
    struct nt_yaml *root = p->failed ? NULL : p->root;
    if (!p->failed && root == NULL)
        nt_diag_mend(nt_source_error(s, (struct nt_place){1, 1}, "the file is empty"), "a scenario begins with 'natsim: 1'");
    free(p);
    return root;
}

/* The index of a key in a map, or SIZE_MAX. */
static size_t find_key(const struct nt_yaml *node, const char *key)
{
    for (size_t i = 0; node != NULL && node->kind == NT_YAML_MAP && i < node->count; i++)
        if (strcmp(node->keys[i]->text, key) == 0)
            return i;
    return SIZE_MAX;
}

struct nt_yaml *nt_yaml_get(const struct nt_yaml *node, const char *key)
{
    size_t i = find_key(node, key);
    return i != SIZE_MAX ? node->items[i] : NULL;
}

struct nt_yaml *nt_yaml_key(const struct nt_yaml *node, const char *key)
{
    size_t i = find_key(node, key);
    return i != SIZE_MAX ? node->keys[i] : NULL;
}

size_t nt_yaml_count(const struct nt_yaml *v)
{
    return v == NULL ? 0 : v->kind == NT_YAML_LIST ? v->count : 1;
}

const struct nt_yaml *nt_yaml_item(const struct nt_yaml *v, size_t i)
{
    return v->kind == NT_YAML_LIST ? v->items[i] : v;
}

bool nt_yaml_is_null(const struct nt_yaml *n)
{
    return n->kind == NT_YAML_SCALAR && !n->quoted && (n->len == 0 || strcmp(n->text, "~") == 0 || strcmp(n->text, "null") == 0);
}

const char *nt_yaml_kind_name(const struct nt_yaml *n)
{
    return n->kind == NT_YAML_LIST ? "a list" : n->kind == NT_YAML_MAP ? "a mapping" : nt_yaml_is_null(n) ? "nothing" : "a value";
}
