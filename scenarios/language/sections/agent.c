#include "scenarios/language/sections/agent.h"
#include "scenarios/language/sections/attachment.h"
#include "scenarios/language/sections/credential.h"
#include "scenarios/language/text/units.h"

#include "core/stun/credentials.h"
#include "core/stun/transaction.h"

#include <stddef.h>
#include <string.h>

struct form {
    struct nt_scn_agent a;
    const struct nt_yaml *on, *address, *rto, *nomination_wait, *stun, *turn;
    int mode, nomination, gather;
    uint16_t streams, components;
};

#define AGENT(field) .offset = offsetof(struct form, a.field)
#define FORM(field) .offset = offsetof(struct form, field)

static const struct nt_word modes[] = {{"full", NT_ICE_FULL, false}, {"lite", NT_ICE_LITE, true}, {NULL, 0, false}};
static const struct nt_word nominations[] = {
    {"regular", NT_ICE_REGULAR, false}, {"aggressive", NT_ICE_AGGRESSIVE, true}, {NULL, 0, false}};
static const struct nt_word trickles[] = {{"off", NT_ICE_TRICKLE_OFF, false},
                                          {"half", NT_ICE_TRICKLE_HALF, false},
                                          {"full", NT_ICE_TRICKLE_FULL, false},
                                          {NULL, 0, false}};
static const struct nt_word recoveries[] = {{"none", NT_RECOVER_NONE, false},
                                            {"failover", NT_RECOVER_FAILOVER, false},
                                            {"restart", NT_RECOVER_RESTART, false},
                                            {NULL, 0, false}};
static const struct nt_word gatherings[] = {{"once", 0, false}, {"continual", 1, false}, {NULL, 0, false}};
static const struct nt_word policies[] = {{"all", NT_ICE_ALL, false}, {"relay", NT_ICE_RELAY_ONLY, false}, {NULL, 0, false}};
static const struct nt_word families[] = {
    {"ipv6", NT_ICE_PREFER_IPV6, false}, {"ipv4", NT_ICE_PREFER_IPV4, false}, {NULL, 0, false}};
static const struct nt_word transports[] = {{"udp", NT_UDP, false}, {"tcp", NT_TCP, true}, {"tls", NT_TLS, true}, {NULL, 0, false}};

static const struct nt_key keys[] = {
    {.name = "on",
     FORM(on),
     .schema = "{\"$ref\": \"#/$defs/attachments\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "network, or list of networks; {on: NETWORK, address, position, walk} for more than its name"},
    {.name = "address",
     FORM(address),
     .schema = "{\"$ref\": \"#/$defs/addresses\"}",
     .doc = "its address, or one entry for each network of 'on'"},
    {.name = "role", .type = NT_KEY_WORD, AGENT(role), .words = nt_role_words, .doc = "the caller is controlling by default"},
    {.name = "mode", .type = NT_KEY_WORD, FORM(mode), .words = modes, .doc = "full, the default"},
    {.name = "nomination", .type = NT_KEY_WORD, FORM(nomination), .words = nominations, .doc = "regular, the default"},
    {.name = "nomination-wait",
     FORM(nomination_wait),
     .schema = "{\"$ref\": \"#/$defs/time\"}",
     .doc = "wait after the first valid pair; by default 100ms if the best pair is direct, 500ms and 4 RTT if it is relayed"},
    {.name = "trickle",
     .type = NT_KEY_WORD,
     AGENT(trickle),
     .words = trickles,
     .doc = "trickle ICE (RFC 8838); full: the peer is known to support it; off by default, except for processes, which trickle "
            "when both sides can"},
    {.name = "policy",
     .type = NT_KEY_WORD,
     AGENT(policy),
     .words = policies,
     .doc = "candidates of all types, or relayed candidates only"},
    {.name = "streams", .type = NT_KEY_U16, FORM(streams), .low = 1, .high = 1, .flags = NT_KEY_ONLY, .doc = "1, the default"},
    {.name = "components",
     .type = NT_KEY_U16,
     FORM(components),
     .low = 1,
     .high = 1,
     .flags = NT_KEY_ONLY,
     .doc = "1, the default"},
    {.name = "max-pairs",
     .type = NT_KEY_U16,
     AGENT(max_pairs),
     .low = 1,
     .high = 10000,
     .doc = "limit of pairs (RFC 8445, 6.1.2.5); 100 by default"},
    {.name = "ta",
     .type = NT_KEY_TIME,
     AGENT(ta),
     .low = 5 * NT_MSEC, /* RFC 8445, 14.2: "MUST NOT be sent more often than once every 5 ms" */
     .high = UINT64_C(60000000000),
     .doc = "pacing; 50ms by default; another value is signalled, and the higher of both is used"},
    {.name = "rto",
     FORM(rto),
     .schema = "{\"anyOf\": [{\"const\": \"formula\"}, {\"$ref\": \"#/$defs/time\"}]}",
     .doc = "of checks; 500ms by default; formula: as in RFC 8445, 14.3"},
    {.name = "consent", .type = NT_KEY_NOT, AGENT(no_consent), .doc = "consent checks (RFC 7675); on by default"},
    {.name = "keepalive",
     .type = NT_KEY_TIME,
     AGENT(keepalive),
     .low = NT_ICE_TR,
     .high = NT_UNIT_TIME_MAX,
     .doc = "interval of keepalives; 15s by default"},
    {.name = "ice2", .type = NT_KEY_NOT, AGENT(no_ice2), .doc = "the ice2 option; true by default"},
    {.name = "icmp-errors", .type = NT_KEY_BOOL, AGENT(icmp_errors), .doc = "an ICMP error fails the pair; false by default"},
    {.name = "recover",
     .type = NT_KEY_WORD,
     AGENT(recover),
     .words = recoveries,
     .doc =
         "what follows when no pair carries data any more, or ICE fails: none, the default; failover: other valid pairs are kept "
         "alive, and one of them is nominated; restart: ICE restarts, after growing waits up to five times in a row"},
    {.name = "gather",
     .type = NT_KEY_WORD,
     FORM(gather),
     .words = gatherings,
     .doc = "once, the default; continual: an interface that comes later has its candidates, too: they trickle, or ICE restarts"},
    {.name = "renomination",
     .type = NT_KEY_BOOL,
     AGENT(renomination),
     .doc = "the ice-option of that name: another pair can be nominated within a session (attribute 0xC001); off by default"},
    {.name = "stun", FORM(stun), .schema = "{\"$ref\": \"#/$defs/names\"}", .doc = "STUN servers for server-reflexive candidates"},
    {.name = "turn",
     FORM(turn),
     .schema =
         "{\"anyOf\": [{\"$ref\": \"#/$defs/turn\"}, {\"type\": \"array\", \"items\": {\"anyOf\": [{\"$ref\": \"#/$defs/turn\"}, {\"$ref\": \"#/$defs/axis\"}]}}]}",
     .doc = "TURN servers for relayed candidates"},
    {.name = "ipv6", .type = NT_KEY_BOOL, AGENT(ipv6), .doc = "use IPv6 addresses; off by default"},
    {.name = "prefer",
     .type = NT_KEY_WORD,
     AGENT(prefer),
     .words = families,
     .doc =
         "with 'ipv6: on': whose candidates come first, before those of both families take turns (RFC 8421, 4); ipv6 by default"},
    {.name = "tie-breaker",
     .type = NT_KEY_U64,
     AGENT(tie_breaker),
     .low = 1,
     .high = UINT64_MAX,
     .doc = "64-bit number that decides role conflicts; random by default"},
    {.name = "tcp", .flags = NT_KEY_UNBUILT, .doc = "active, passive, so"},
    {.name = "interfaces", .flags = NT_KEY_UNBUILT, .doc = "vpn, mobile-ip, rsip"},
    {.name = "exec",
     .type = NT_KEY_TEXT,
     AGENT(exec),
     .doc = "the command of a process that is the agent (tests/interop/README.md); the case then runs in real time"},
};
const struct nt_table nt_table_agent = NT_TABLE("agent", "an agent", keys);

struct turn_form {
    const struct nt_yaml *server;
    char *user, *password;
    nt_time valid;
    int transport;
};

static const struct nt_key turn_keys[] = {
    {.name = "server",
     .offset = offsetof(struct turn_form, server),
     .schema = "{\"type\": \"string\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "a server of kind turn"},
    {.name = "user",
     .type = NT_KEY_TEXT,
     .offset = offsetof(struct turn_form, user),
     .high = NT_STUN_USER_BYTES - 1,
     .flags = NT_KEY_REQUIRED,
     .doc = "user name"},
    {.name = "password",
     .type = NT_KEY_TEXT,
     .offset = offsetof(struct turn_form, password),
     .high = NT_STUN_PASSWORD_MAX,
     .doc = "password of the user; not with a server that has a secret"},
    {.name = "transport",
     .type = NT_KEY_WORD,
     .offset = offsetof(struct turn_form, transport),
     .words = transports,
     .doc = "udp, the default"},
    {.name = "family", .flags = NT_KEY_UNBUILT, .doc = "address families of the allocation"},
    {.name = "valid",
     .type = NT_KEY_TIME,
     .offset = offsetof(struct turn_form, valid),
     .low = NT_SEC,
     .high = NT_UNIT_TIME_MAX,
     .doc = "how long, from the start of the case, the credential that is made from the server's secret is valid; whole seconds"},
    {.name = "verify", .flags = NT_KEY_UNBUILT, .doc = "whether the server's certificate is verified"},
};
const struct nt_table nt_table_turn = NT_TABLE("turn", "a TURN entry", turn_keys);

/* The index of a server of one of these kinds; NT_SCN_NONE with an error. */
static uint32_t server_of(struct nt_load *l, const struct nt_yaml *v, unsigned kinds, const char *what)
{
    struct nt_scn_node n = nt_load_node(l, v, NT_LOAD_SERVER);
    if (n.kind == NT_SCN_NODE_NONE)
        return NT_SCN_NONE;
    const struct nt_scn_server *s = &l->c->servers[n.index];
    if (s->kinds != 0 && (s->kinds & kinds) == 0) {
        nt_diag_mend(nt_load_error(l, v, "server '%s' is not a %s server", s->name, what), "write 'kind: %s' in line %d",
                     kinds == NT_SCN_TURN ? "turn" : "stun", s->place.line);
        return NT_SCN_NONE;
    }
    return n.index;
}

static bool check_server_count(struct nt_load *l, const struct nt_yaml *v, const char *what)
{
    if (nt_yaml_count(v) <= NT_SCN_SERVERS_MAX)
        return true;
    nt_load_error(l, v, "%zu %s servers: an agent has at most %d", nt_yaml_count(v), what, NT_SCN_SERVERS_MAX);
    return false;
}

static void read_stun(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_agent *a)
{
    if (!check_server_count(l, v, "STUN"))
        return;
    a->stun = nt_load_alloc(l, (nt_yaml_count(v) + 1) * sizeof *a->stun);
    a->stun_places = nt_load_alloc(l, (nt_yaml_count(v) + 1) * sizeof *a->stun_places);
    for (size_t i = 0; a->stun != NULL && a->stun_places != NULL && i < nt_yaml_count(v); i++) {
        uint32_t s = server_of(l, nt_yaml_item(v, i), NT_SCN_STUN | NT_SCN_TURN, "STUN");
        if (s == NT_SCN_NONE)
            continue;
        a->stun_places[a->stun_count] = nt_yaml_item(v, i)->place;
        a->stun[a->stun_count++] = s;
    }
}

static void read_turn(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_agent *a)
{
    if (!check_server_count(l, v, "TURN"))
        return;
    a->turn = nt_load_alloc(l, (nt_yaml_count(v) + 1) * sizeof *a->turn);
    for (size_t i = 0; a->turn != NULL && i < nt_yaml_count(v); i++) {
        const struct nt_yaml *item = nt_yaml_item(v, i);
        struct turn_form f = {.transport = NT_UDP};
        if (!nt_table_read(l, &nt_table_turn, item, &f))
            continue;
        uint32_t s = server_of(l, f.server, NT_SCN_TURN, "TURN");
        if (s != NT_SCN_NONE && nt_load_credential(l, item, &l->c->servers[s], &f.user, &f.password, f.valid))
            a->turn[a->turn_count++] =
                (struct nt_scn_turn_use){.place = nt_yaml_get(item, "user")->place,
                                         .password_place = nt_yaml_get(item, f.valid > 0 ? "valid" : "password")->place,
                                         .server = s,
                                         .user = f.user,
                                         .password = f.password,
                                         .valid = f.valid,
                                         .transport = (uint8_t)f.transport};
    }
}

static void read_times(struct nt_load *l, const struct form *f, struct nt_scn_agent *a)
{
    static const struct nt_key rto = {.name = "rto", .type = NT_KEY_TIME, .low = NT_STUN_RTO, .high = UINT64_C(60000000000)};
    static const struct nt_key wait = {.name = "nomination-wait", .type = NT_KEY_TIME, .low = 0, .high = NT_UNIT_TIME_MAX};
    if (f->rto != NULL && f->rto->kind == NT_YAML_SCALAR && strcmp(f->rto->text, "formula") == 0)
        a->rto = NT_TIME_NEVER;
    else if (f->rto != NULL)
        nt_key_read(l, &rto, f->rto, &a->rto);
    /* 0 would select the default rule: no wait becomes the shortest one. */
    if (f->nomination_wait != NULL && nt_key_read(l, &wait, f->nomination_wait, &a->nomination_wait) && a->nomination_wait == 0)
        a->nomination_wait = 1;
}

static bool is_one_of(const char *const *names, const char *name)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* A process is told little, and a host without a call needs little. */
static void check_keys(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_agent *a)
{
    static const char *const of_hosts[] = {"on", "address", "ipv6", "stun", "turn", NULL}, *const of_processes[] = {"exec", "role",
                                                                                                                    "trickle",
                                                                                                                    "policy", NULL};
    for (size_t i = 0; i < v->count; i++) {
        const struct nt_yaml *key = v->keys[i];
        bool host = is_one_of(of_hosts, key->text), process = is_one_of(of_processes, key->text);
        if (a->exec != NULL && !host && !process)
            nt_diag_mend(
                nt_load_error(l, key, "'%s' has no effect: agent '%s' is a process, which is not told of it", key->text, a->name),
                "leave it out");
        if (host || a->call_key != NULL)
            continue;
        a->call_key = nt_load_text(l, key->text);
        a->call_at = key->place;
    }
}

static void read_agent(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_agent *a)
{
    struct form f = {.a = *a};
    bool good = nt_table_read(l, &nt_table_agent, v, &f);
    *a = f.a;
    if (good)
        check_keys(l, v, a);
    if (f.on != NULL && nt_load_attachments(l, f.on, &a->on, &a->on_count, NT_ICE_INTERFACES_MAX))
        nt_load_address_key(l, f.address, a->on, a->on_count);
    a->trickle_given = nt_yaml_get(v, "trickle") != NULL;
    a->continual = f.gather != 0;
    const struct nt_yaml *prefer = nt_yaml_get(v, "prefer");
    if (prefer != NULL && !a->ipv6)
        nt_diag_mend(nt_load_error(l, prefer, "'prefer' has no effect: agent '%s' has IPv4 alone", a->name),
                     "write 'ipv6: on', too, or leave it out");
    read_times(l, &f, a);
    if (f.stun != NULL)
        read_stun(l, f.stun, a);
    if (f.turn != NULL)
        read_turn(l, f.turn, a);
}

void nt_load_agents(struct nt_load *l, const struct nt_yaml *section)
{
    size_t n = section != NULL ? section->count : 0;
    if (n > NT_SCN_AGENTS_MAX) {
        nt_load_error(l, section, "%zu agents: at most %d have a link to the platform", n, NT_SCN_AGENTS_MAX);
        return;
    }
    l->c->agents = nt_load_alloc(l, (n + 1) * sizeof *l->c->agents);
    for (size_t i = 0; l->c->agents != NULL && i < n; i++) {
        struct nt_scn_agent *a = &l->c->agents[i];
        *a = (struct nt_scn_agent){
            .name = nt_load_text(l, section->keys[i]->text), .place = section->keys[i]->place, .max_pairs = 100};
        l->c->agent_count = i + 1;
        read_agent(l, section->items[i], a);
    }
}
