#include "scenarios/language/keys/reader.h"

#include "core/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_LEN 64

void *nt_load_alloc(struct nt_load *l, size_t size)
{
    void *p = nt_arena_alloc(l->arena, size);
    l->nomem = l->nomem || p == NULL;
    return p;
}

char *nt_load_text(struct nt_load *l, const char *text)
{
    char *p = nt_arena_text(l->arena, text, strlen(text));
    l->nomem = l->nomem || p == NULL;
    return p;
}

struct nt_diag *nt_load_error(struct nt_load *l, const struct nt_yaml *at, const char *fmt, ...)
{
    char what[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return nt_source_error(l->src, at->place, "%s", what);
}

bool nt_load_check_name(struct nt_load *l, const struct nt_yaml *key)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    if (key->len > 0 && key->len <= NAME_MAX_LEN && strspn(key->text, allowed) == key->len)
        return true;
    nt_diag_mend(nt_load_error(l, key, "'%.80s' cannot be a name", key->text), "write 1 to %d letters, digits, '-' and '_'",
                 NAME_MAX_LEN);
    return false;
}

static void report_unknown_name(struct nt_load *l, const struct nt_yaml *v, const char *what, const struct nt_names *names)
{
    struct nt_diag *d = nt_load_error(l, v, "unknown %s '%s'", what, v->text);
    if (!nt_suggest(d, v->text, names->words, names->count))
        nt_diag_mend(d, names->count == 0 ? "there is none in this scenario" : "there is no such name in this scenario");
}

uint32_t nt_load_network(struct nt_load *l, const struct nt_yaml *v)
{
    if (v->kind != NT_YAML_SCALAR || nt_yaml_is_null(v)) {
        nt_load_error(l, v, "expected the name of a network, not %s", nt_yaml_kind_name(v));
        return NT_SCN_NONE;
    }
    uint32_t n = nt_names_find(&l->networks, v->text);
    if (n == NT_NAMES_NONE)
        report_unknown_name(l, v, "network", &l->networks);
    return n;
}

struct nt_scn_node nt_load_find_node(const struct nt_load *l, const char *name)
{
    uint32_t n = nt_names_find(&l->nodes, name);
    if (n == NT_NAMES_NONE)
        return (struct nt_scn_node){NT_SCN_NODE_NONE, 0};
    return (struct nt_scn_node){(enum nt_scn_node_kind)(n >> 28), n & 0xfffffff};
}

const char *nt_load_kind_name(enum nt_scn_node_kind kind)
{
    return kind == NT_SCN_NODE_AGENT     ? "an agent"
           : kind == NT_SCN_NODE_SERVER  ? "a server"
           : kind == NT_SCN_NODE_GATEWAY ? "a gateway"
                                         : "a node";
}

/* The only kind of `kinds`, or NONE for several. */
static enum nt_scn_node_kind only_kind(unsigned kinds)
{
    return kinds == NT_LOAD_AGENT     ? NT_SCN_NODE_AGENT
           : kinds == NT_LOAD_SERVER  ? NT_SCN_NODE_SERVER
           : kinds == NT_LOAD_GATEWAY ? NT_SCN_NODE_GATEWAY
                                      : NT_SCN_NODE_NONE;
}

struct nt_scn_node nt_load_node(struct nt_load *l, const struct nt_yaml *v, unsigned kinds)
{
    const struct nt_scn_node none = {NT_SCN_NODE_NONE, 0};
    const char *wanted = kinds == (NT_LOAD_AGENT | NT_LOAD_SERVER) ? "an agent or a server" : nt_load_kind_name(only_kind(kinds));
    if (v->kind != NT_YAML_SCALAR || nt_yaml_is_null(v)) {
        nt_load_error(l, v, "expected the name of %s, not %s", wanted, nt_yaml_kind_name(v));
        return none;
    }
    struct nt_scn_node n = nt_load_find_node(l, v->text);
    if (n.kind == NT_SCN_NODE_NONE) {
        report_unknown_name(l, v, strchr(nt_load_kind_name(only_kind(kinds)), ' ') + 1, &l->nodes);
        return none;
    }
    if ((kinds >> n.kind & 1) == 0) {
        nt_diag_mend(nt_load_error(l, v, "'%s' is %s, not %s", v->text, nt_load_kind_name(n.kind), wanted), "name %s", wanted);
        return none;
    }
    if (n.kind == NT_SCN_NODE_AGENT && l->mentioned != NULL)
        l->mentioned[n.index] = true;
    return n;
}
