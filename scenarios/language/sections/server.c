#include "scenarios/language/sections/server.h"
#include "core/stun/stun.h"
#include "scenarios/language/sections/attachment.h"
#include "scenarios/language/sections/port_range.h"
#include "scenarios/language/text/units.h"

#include <stddef.h>
#include <string.h>

enum { AUTH_MD5 = 1, AUTH_SHA256 = 2 };

struct form {
    struct nt_scn_server s;
    const struct nt_yaml *on, *address, *relay, *ports, *users, *deny;
    unsigned kinds, auth, transports;
    nt_time lifetime;
};

#define SERVER(field) .offset = offsetof(struct form, s.field)
#define NODE(field) .type = NT_KEY_NODE, .offset = offsetof(struct form, field)

static const struct nt_word kinds[] = {{"stun", NT_SCN_STUN, false},
                                       {"turn", NT_SCN_TURN, false},
                                       {"platform", NT_SCN_PLATFORM, false},
                                       {"coturn", NT_SCN_COTURN | NT_SCN_STUN | NT_SCN_TURN, false},
                                       {"vpn", 0, true},
                                       {"home-agent", 0, true},
                                       {NULL, 0, false}};
static const struct nt_word algorithms[] = {{"md5", AUTH_MD5, false}, {"sha256", AUTH_SHA256, false}, {NULL, 0, false}};
static const struct nt_word transports[] = {{"udp", NT_UDP, false}, {"tcp", NT_TCP, true}, {"tls", NT_TLS, true}, {NULL, 0, false}};

static const struct nt_key keys[] = {
    {.name = "on", NODE(on), .schema = "{\"$ref\": \"#/$defs/attachments\"}", .flags = NT_KEY_REQUIRED, .doc = "network"},
    {.name = "kind",
     .type = NT_KEY_WORDS,
     .offset = offsetof(struct form, kinds),
     .words = kinds,
     .flags = NT_KEY_REQUIRED,
     .doc = "stun, turn, platform, or a list of them for one host, on port 3478; coturn: the real server, in real time"},
    {.name = "address",
     NODE(address),
     .schema = "{\"$ref\": \"#/$defs/addresses\"}",
     .doc = "its address, or a list; the second one is for behaviour discovery and relayed addresses"},
    {.name = "behaviour", .type = NT_KEY_BOOL, SERVER(behaviour), .doc = "NAT behaviour discovery (RFC 5780), on two addresses"},
    {.name = "auth",
     .type = NT_KEY_WORDS,
     .offset = offsetof(struct form, auth),
     .words = algorithms,
     .doc = "password algorithms; both by default"},
    {.name = "transports",
     .type = NT_KEY_WORDS,
     .offset = offsetof(struct form, transports),
     .words = transports,
     .doc = "udp, the default"},
    {.name = "ports", NODE(ports), .schema = "{\"$ref\": \"#/$defs/range\"}", .doc = "ports of relayed addresses, A..B"},
    {.name = "users",
     NODE(users),
     .schema = "{\"type\": \"object\", \"additionalProperties\": {\"$ref\": \"#/$defs/text\"}}",
     .doc = "user names with their passwords"},
    {.name = "realm", .type = NT_KEY_TEXT, SERVER(realm), .high = NT_STUN_TEXT_MAX - 1, .doc = "the realm; natsim by default"},
    {.name = "lifetime",
     .type = NT_KEY_TIME,
     .offset = offsetof(struct form, lifetime),
     .low = 1,
     .high = UINT64_C(4294967295000000000),
     .doc =
         "the lifetime that each allocation gets, whatever its client asks for; whole seconds; otherwise 10 minutes, or up to an hour that is asked for"},
    {.name = "nonce-lifetime",
     .type = NT_KEY_TIME,
     SERVER(nonce_lifetime),
     .low = 1,
     .high = NT_UNIT_TIME_MAX,
     .doc = "time until a nonce is stale (438)"},
    {.name = "quota", .type = NT_KEY_U32, SERVER(quota), .low = 1, .high = UINT32_MAX, .doc = "most allocations of one user (486)"},
    {.name = "deny",
     NODE(deny),
     .schema = "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"items\": {\"type\": \"string\"}}]}",
     .doc = "prefixes of peers that get 403; none by default"},
    {.name = "relay-address",
     NODE(relay),
     .schema = "{\"$ref\": \"#/$defs/addresses\"}",
     .doc = "the address of relayed candidates; the second address by default"},
    {.name = "port", .flags = NT_KEY_UNBUILT, .doc = "the port of the service"},
    {.name = "tls-port", .flags = NT_KEY_UNBUILT, .doc = "the port of the service over TLS"},
    {.name = "secret",
     .type = NT_KEY_TEXT,
     SERVER(secret),
     .high = NT_STUN_PASSWORD_MAX,
     .doc = "instead of 'users': agents' credentials are made from it, and valid for as long as their 'valid' says"},
    {.name = "certificate", .flags = NT_KEY_UNBUILT, .doc = "what is wrong with it"},
    {.name = "name", .flags = NT_KEY_UNBUILT, .doc = "its DNS name"},
    {.name = "inside", .flags = NT_KEY_UNBUILT, .doc = "a VPN server's network"},
    {.name = "home", .flags = NT_KEY_UNBUILT, .doc = "a home agent's network"},
};
const struct nt_table nt_table_server = NT_TABLE("server", "a server", keys);

/* What a server is, for its keys: a list of kinds is what serves most. */
enum { AS_PLATFORM = 1, AS_STUN = 2, AS_TURN = 4, AS_COTURN = 8 };

/* Keys that some servers do not honour, and those that do. */
static const struct {
    const char *key;
    unsigned by;
    const char *mend;
} honoured[] = {
    {"behaviour", AS_STUN | AS_COTURN, "write kind: stun, or coturn"},
    {"auth", AS_TURN, "write kind: turn"},
    {"transports", AS_STUN | AS_TURN | AS_COTURN, "leave it out"},
    {"ports", AS_TURN | AS_COTURN, "write kind: turn, or coturn"},
    {"users", AS_TURN | AS_COTURN, "write kind: turn, or coturn"},
    {"secret", AS_TURN, "write kind: turn"},
    {"realm", AS_TURN | AS_COTURN, "write kind: turn, or coturn"},
    {"lifetime", AS_TURN, "write kind: turn"},
    {"nonce-lifetime", AS_TURN | AS_COTURN, "write kind: turn, or coturn"},
    {"quota", AS_TURN | AS_COTURN, "write kind: turn, or coturn"},
    {"deny", AS_TURN | AS_COTURN, "write kind: turn, or coturn"},
    {"relay-address", AS_TURN | AS_COTURN, "write kind: turn, or coturn"},
};

static unsigned server_is(unsigned of_kinds)
{
    if ((of_kinds & NT_SCN_COTURN) != 0)
        return AS_COTURN;
    return (of_kinds & NT_SCN_TURN) != 0 ? AS_TURN : (of_kinds & NT_SCN_STUN) != 0 ? AS_STUN : AS_PLATFORM;
}

static void check_honoured(struct nt_load *l, const struct nt_yaml *v, const struct nt_scn_server *s)
{
    static const char *const names[] = {
        [AS_PLATFORM] = "the platform", [AS_STUN] = "a STUN server", [AS_TURN] = "a TURN server", [AS_COTURN] = "coturn"};
    unsigned is = server_is(s->kinds);
    for (size_t i = 0; i < v->count; i++)
        for (size_t k = 0; k < sizeof honoured / sizeof *honoured; k++)
            if (strcmp(v->keys[i]->text, honoured[k].key) == 0 && (honoured[k].by & is) == 0)
                nt_diag_mend(nt_load_error(l, v->keys[i], "'%s' has no effect on %s", honoured[k].key, names[is]), "%s",
                             honoured[k].mend);
}

static void read_users(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_server *s)
{
    static const struct nt_key name = {.name = "name of a user", .type = NT_KEY_TEXT, .high = NT_STUN_USER_BYTES - 1};
    static const struct nt_key password = {.name = "password", .type = NT_KEY_TEXT, .high = NT_STUN_PASSWORD_MAX};
    if (v->kind != NT_YAML_MAP) {
        nt_diag_mend(nt_load_error(l, v, "'users' must be a mapping, not %s", nt_yaml_kind_name(v)), "write {name: password}");
        return;
    }
    s->users = nt_load_alloc(l, (v->count + 1) * sizeof *s->users);
    for (size_t i = 0; s->users != NULL && i < v->count; i++) {
        struct nt_scn_user *u = &s->users[s->user_count];
        bool named = nt_key_read(l, &name, v->keys[i], &u->name);
        if (nt_key_read(l, &password, v->items[i], &u->password) && named)
            s->user_count++;
    }
}

static void read_deny(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_server *s)
{
    s->deny = nt_load_alloc(l, (nt_yaml_count(v) + 1) * sizeof *s->deny);
    for (size_t i = 0; s->deny != NULL && i < nt_yaml_count(v); i++) {
        const struct nt_yaml *item = nt_yaml_item(v, i);
        bool v6 = item->kind == NT_YAML_SCALAR && strchr(item->text, ':') != NULL;
        const struct nt_key key = {.name = "deny", .type = v6 ? NT_KEY_PREFIX6 : NT_KEY_PREFIX4};
        if (nt_key_read(l, &key, item, &s->deny[s->deny_count]))
            s->deny_count++;
    }
}

/* The relay address: one of each family, either an address of the server or another one on its network. */
static void read_relay(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_server *s)
{
    static const struct nt_key key = {.name = "relay-address", .type = NT_KEY_ADDR};
    for (size_t i = 0; i < nt_yaml_count(v); i++) {
        struct nt_addr a;
        bool own = false;
        if (!nt_key_read(l, &key, nt_yaml_item(v, i), &a))
            continue;
        for (size_t j = 0; j < s->on.address_count; j++)
            own = own || nt_addr_same_ip(&s->on.addresses[j], &a);
        struct nt_addr *to = a.family == NT_AF_IPV6 ? &s->relay6 : &s->relay;
        if (nt_addr_is_set(to))
            nt_load_error(l, nt_yaml_item(v, i), "a second relay address for IPv%d", a.family);
        else if (own || nt_load_give(l, nt_yaml_item(v, i), s->on.network, &a))
            *to = a;
    }
}

static void check_times(struct nt_load *l, const struct nt_yaml *v, const struct form *f, const struct nt_scn_server *s)
{
    if (f->lifetime % NT_SEC != 0)
        nt_diag_mend(nt_load_error(l, nt_yaml_get(v, "lifetime"), "'lifetime' must be whole seconds"), "write 600s");
    if ((s->kinds & NT_SCN_COTURN) != 0 && s->nonce_lifetime % NT_SEC != 0)
        nt_diag_mend(nt_load_error(l, nt_yaml_get(v, "nonce-lifetime"), "coturn counts 'nonce-lifetime' in whole seconds"),
                     "write 60s");
}

static void read_server(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_server *s)
{
    struct form f = {.s = *s};
    bool good = nt_table_read(l, &nt_table_server, v, &f);
    *s = f.s;
    struct nt_scn_attachment *on = NULL;
    size_t count = 0;
    s->kinds = (uint8_t)f.kinds;
    if (f.on != NULL && nt_load_attachments(l, f.on, &on, &count, 1)) {
        nt_load_address_key(l, f.address, on, 1);
        s->on = *on;
        if (f.relay != NULL)
            read_relay(l, f.relay, s);
    }
    if (f.auth != 0) {
        s->md5 = (f.auth & AUTH_MD5) != 0;
        s->sha256 = (f.auth & AUTH_SHA256) != 0;
    }
    if (f.ports != NULL)
        nt_load_port_range(l, f.ports, "ports", &s->port_low, &s->port_high);
    if (f.users != NULL)
        read_users(l, f.users, s);
    if (f.deny != NULL)
        read_deny(l, f.deny, s);
    if (f.users != NULL && s->secret != NULL)
        nt_diag_mend(nt_load_error(l, f.users, "'users' and 'secret' exclude each other"), "leave one out");
    check_times(l, v, &f, s);
    if (good)
        check_honoured(l, v, s);
    s->lifetime = (uint32_t)(f.lifetime / NT_SEC);
}

void nt_load_servers(struct nt_load *l, const struct nt_yaml *section)
{
    size_t n = section != NULL ? section->count : 0;
    l->c->servers = nt_load_alloc(l, (n + 1) * sizeof *l->c->servers);
    for (size_t i = 0; l->c->servers != NULL && i < n; i++) {
        struct nt_scn_server *s = &l->c->servers[i];
        *s = (struct nt_scn_server){.name = nt_load_text(l, section->keys[i]->text),
                                    .place = section->keys[i]->place,
                                    .on = {.network = NT_SCN_NONE},
                                    .md5 = true,
                                    .sha256 = true,
                                    .realm = nt_load_text(l, "natsim")};
        l->c->server_count = i + 1;
        read_server(l, section->items[i], s);
    }
}
