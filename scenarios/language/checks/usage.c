#include "scenarios/language/checks/usage.h"

#include "core/base/err.h"

#include <stdio.h>
#include <string.h>

#define SUGGESTED_MAX 64

struct place_key {
    int32_t line, column;
};

/* The entry of a node; the first cell adds it. */
static struct nt_use *use_of(struct nt_load *l, struct nt_place place, const char *what, const char *name, const char *mend)
{
    struct nt_file_check *c = l->check;
    struct place_key key = {place.line, place.column};
    uint32_t at = nt_map_get(&c->nodes, &key);
    if (at != NT_MAP_NONE)
        return &c->uses[at];
    char text[160];
    snprintf(text, sizeof text, what, name);
    const char *copy = nt_arena_text(c->arena, text, strlen(text));
    if (copy == NULL || nt_grow(&c->uses, &c->use_cap, c->use_count + 1, sizeof *c->uses, 4 * NT_SCN_NODES_MAX) != NT_OK ||
        nt_map_put(&c->nodes, &key, (uint32_t)c->use_count) != NT_OK) {
        l->nomem = true;
        return NULL;
    }
    c->uses[c->use_count] = (struct nt_use){.place = place, .what = copy, .mend = mend};
    return &c->uses[c->use_count++];
}

static void mark_used(struct nt_use *u, bool used)
{
    if (u != NULL)
        u->used = u->used || used;
}

static void check_servers(struct nt_load *l)
{
    const struct nt_scn_case *c = l->c;
    bool *named = nt_load_alloc(l, c->server_count + 1);
    if (named == NULL)
        return;
    for (size_t i = 0; i < c->agent_count; i++) {
        for (size_t j = 0; j < c->agents[i].stun_count; j++)
            named[c->agents[i].stun[j]] = true;
        for (size_t j = 0; j < c->agents[i].turn_count; j++)
            named[c->agents[i].turn[j].server] = true;
    }
    for (size_t i = 0; i < c->server_count; i++)
        if ((c->servers[i].kinds & NT_SCN_PLATFORM) == 0)
            mark_used(use_of(l, c->servers[i].place, "no agent names server '%s'", c->servers[i].name,
                             "name it in an agent's 'stun' or 'turn', or leave it out"),
                      named[i]);
}

/* Somebody is behind a gateway when an agent or a server is on one of its inside networks, or behind another gateway there. */
static void check_networks(struct nt_load *l)
{
    const struct nt_scn_case *c = l->c;
    bool *on = nt_load_alloc(l, c->network_count + 1), *touched = nt_load_alloc(l, c->network_count + 1);
    uint32_t *above = nt_load_alloc(l, (c->network_count + 1) * sizeof *above);
    if (on == NULL || touched == NULL || above == NULL)
        return;
    for (size_t i = 0; i < c->network_count; i++)
        above[i] = NT_SCN_NONE;
    for (uint32_t i = 0; i < c->gateway_count; i++) {
        touched[c->gateways[i].outside.network] = true;
        for (size_t j = 0; j < c->gateways[i].inside_count; j++) {
            above[c->gateways[i].inside[j].network] = i;
            touched[c->gateways[i].inside[j].network] = true;
        }
    }
    for (size_t i = 0; i < c->server_count + c->agent_count; i++) {
        struct nt_scn_node node = {i < c->server_count ? NT_SCN_NODE_SERVER : NT_SCN_NODE_AGENT,
                                   (uint32_t)(i < c->server_count ? i : i - c->server_count)};
        const struct nt_scn_attachment *at;
        for (size_t j = 0; (at = nt_scn_place_at(c, node, j)) != NULL; j++)
            for (uint32_t n = at->network; n != NT_SCN_NONE && !on[n];) {
                on[n] = touched[n] = true;
                n = above[n] != NT_SCN_NONE ? c->gateways[above[n]].outside.network : NT_SCN_NONE;
            }
    }
    for (size_t i = 0; i < c->network_count; i++)
        mark_used(
            use_of(l, c->networks[i].place, "nobody is on network '%s'", c->networks[i].name, "attach somebody, or leave it out"),
            touched[i]);
    for (size_t i = 0; i < c->gateway_count; i++) {
        bool used = false;
        for (size_t j = 0; j < c->gateways[i].inside_count; j++)
            used = used || on[c->gateways[i].inside[j].network];
        mark_used(use_of(l, c->gateways[i].place, "nobody is behind gateway '%s'", c->gateways[i].name,
                         "attach somebody to its inside, or leave it out"),
                  used);
    }
}

static void warn_of_unknown_user(struct nt_load *l, const struct nt_scn_turn_use *use)
{
    const struct nt_scn_server *s = &l->c->servers[use->server];
    const char *names[SUGGESTED_MAX];
    size_t n = 0;
    for (; n < s->user_count && n < SUGGESTED_MAX; n++)
        names[n] = nt_scn_user_name(s, &s->users[n]);
    struct nt_diag *d =
        nt_source_warn(l->src, use->place, "server '%s' has no user '%s': its requests get 401", s->name, use->user);
    if (!nt_suggest(d, use->user, names, n))
        nt_diag_mend(d, "write users: {%s: PASSWORD} at the server", use->user);
}

static void warn_of_wrong_password(struct nt_load *l, const struct nt_scn_turn_use *use)
{
    struct nt_diag *d =
        nt_source_warn(l->src, use->password_place, "server '%s' has another password for '%s': its requests get 401",
                       l->c->servers[use->server].name, use->user);
    nt_diag_mend(d, "write the same password at both");
}

/* A scenario may be about the 401 that follows. */
static void check_credentials(struct nt_load *l, const struct nt_scn_turn_use *use)
{
    const struct nt_scn_server *s = &l->c->servers[use->server];
    for (size_t i = 0; i < s->user_count; i++)
        if (strcmp(s->users[i].name, use->user) == 0) {
            if (strcmp(s->users[i].password, use->password) != 0)
                warn_of_wrong_password(l, use);
            return;
        }
    warn_of_unknown_user(l, use);
}

static void check_users(struct nt_load *l)
{
    for (size_t i = 0; i < l->c->agent_count; i++)
        for (size_t k = 0; k < l->c->agents[i].turn_count; k++)
            check_credentials(l, &l->c->agents[i].turn[k]);
}

void nt_check_usage(struct nt_load *l)
{
    check_users(l);
    check_servers(l);
    check_networks(l);
    for (size_t i = 0; i < l->c->agent_count; i++)
        mark_used(use_of(l, l->c->agents[i].place, "no step or expectation names agent '%s'", l->c->agents[i].name,
                         "name it in the call, or leave it out"),
                  l->mentioned != NULL && l->mentioned[i]);
}

void nt_report_unused(struct nt_file_check *c, struct nt_source *src)
{
    for (size_t i = 0; i < c->use_count; i++)
        if (!c->uses[i].used)
            nt_diag_mend(nt_source_error(src, c->uses[i].place, "%s", c->uses[i].what), "%s", c->uses[i].mend);
}
