#include "scenarios/language/sections/server_step.h"
#include "scenarios/language/sections/nth.h"

#include "core/stun/stun.h"
#include "scenarios/language/text/units.h"
#include "scenarios/model/words.h"

#include <stddef.h>
#include <string.h>

/* RFC 8489, 14.8: "The Class represents the hundreds digit of the error code [...] The value MUST be between 3 and 6." */
#define CODE_LOW 300
#define CODE_HIGH 699
#define TRY_ALTERNATE 300
#define CODE_DEFAULT 486
#define SUGGESTED_MAX 64

struct form {
    const struct nt_yaml *at, *code, *nth, *alternate;
    char *user;
    int what;
    unsigned methods;
    nt_time duration, by;
};

#define AT(field) .offset = offsetof(struct form, field)

#define METHOD_BITS                                                                                                                \
    (NT_SCN_METHOD(NT_STUN_BINDING) | NT_SCN_METHOD(NT_TURN_ALLOCATE) | NT_SCN_METHOD(NT_TURN_REFRESH) |                           \
     NT_SCN_METHOD(NT_TURN_CREATE_PERMISSION) | NT_SCN_METHOD(NT_TURN_CHANNEL_BIND))

static const struct nt_word method_words[] = {
    {"any", METHOD_BITS, false},
    {"allocate", NT_SCN_METHOD(NT_TURN_ALLOCATE), false},
    {"refresh", NT_SCN_METHOD(NT_TURN_REFRESH), false},
    {"create-permission", NT_SCN_METHOD(NT_TURN_CREATE_PERMISSION), false},
    {"channel-bind", NT_SCN_METHOD(NT_TURN_CHANNEL_BIND), false},
    {"binding", NT_SCN_METHOD(NT_STUN_BINDING), false},
    {"connect", 0, true},
    {"connection-bind", 0, true},
    {NULL, 0, false},
};

static const struct nt_key keys[] = {
    {.name = "at", AT(at), .schema = "{\"type\": \"string\"}", .flags = NT_KEY_REQUIRED, .doc = "a server"},
    {.name = "do",
     .type = NT_KEY_WORD,
     AT(what),
     .words = nt_server_step_words,
     .flags = NT_KEY_REQUIRED,
     .doc =
         "stop or start: a pause, state is kept; reset: all state is lost; refuse: requests are refused; slow: responses are late; revoke: a user's credentials are valid no longer"},
    {.name = "method",
     .type = NT_KEY_WORDS,
     AT(methods),
     .words = method_words,
     .doc = "refuse: which requests, after authentication; any by default"},
    {.name = "code",
     AT(code),
     .schema = "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": 300, \"maximum\": 699}, {\"enum\": [\"none\"]}]}",
     .doc = "refuse: the error code, 486 by default; none: no answer"},
    {.name = "nth",
     AT(nth),
     .schema = "{\"$ref\": \"#/$defs/numbers\"}",
     .doc = "refuse: which of the transactions, counted from 1; all by default"},
    {.name = "alternate",
     AT(alternate),
     .schema = "{\"type\": \"string\"}",
     .doc = "refuse with 300: address and port of the server to try"},
    {.name = "user",
     .type = NT_KEY_TEXT,
     AT(user),
     .high = NT_STUN_USER_BYTES - 1,
     .doc = "revoke: whose requests get 401 from now on; with a secret, the name that agents have"},
    {.name = "by", .type = NT_KEY_TIME, AT(by), .low = 1, .high = NT_UNIT_TIME_MAX, .doc = "slow: by how much responses are late"},
    {.name = "for",
     .type = NT_KEY_TIME,
     AT(duration),
     .low = 1,
     .high = NT_UNIT_TIME_MAX,
     .doc = "refuse, slow: how long; without end by default"},
};
const struct nt_table nt_table_server_step = NT_TABLE("server-step", "'server'", keys);

/* The keys that mean something beside `at` and `do`. */
static const char *const keys_of[][6] = {
    [NT_SERVER_REFUSE] = {"method", "code", "nth", "alternate", "for"},
    [NT_SERVER_SLOW] = {"by", "for"},
    [NT_SERVER_REVOKE] = {"user"},
};

static bool is_key_of(enum nt_scn_server_do what, const char *key)
{
    bool known = strcmp(key, "at") == 0 || strcmp(key, "do") == 0;
    for (size_t i = 0; !known && what >= NT_SERVER_REFUSE && keys_of[what][i] != NULL; i++)
        known = strcmp(keys_of[what][i], key) == 0;
    return known;
}

static void check_keys(struct nt_load *l, const struct nt_yaml *v, const struct form *f)
{
    const char *word = nt_yaml_get(v, "do")->text;
    for (size_t i = 0; i < v->count; i++)
        if (!is_key_of((enum nt_scn_server_do)f->what, v->keys[i]->text))
            nt_diag_mend(nt_load_error(l, v->keys[i], "'%s' means nothing to '%s'", v->keys[i]->text, word), "leave it out");
    if (f->what == NT_SERVER_SLOW && f->by == 0)
        nt_diag_mend(nt_load_error(l, v, "'slow' needs 'by'"), "write by: 200ms");
    if (f->what == NT_SERVER_REVOKE && f->user == NULL)
        nt_diag_mend(nt_load_error(l, v, "'revoke' needs 'user'"), "write user: NAME");
}

static bool serves(const struct nt_scn_server *s, uint8_t family)
{
    for (size_t i = 0; i < s->on.address_count; i++)
        if (s->on.addresses[i].family == family)
            return true;
    return false;
}

/* A server that is the client's family's, and somewhere where one can be. */
static void check_alternate(struct nt_load *l, const struct nt_yaml *at, const struct nt_scn_server *s, const struct nt_addr *a)
{
    const char *why = nt_addr_why_impossible(a);
    if (!serves(s, a->family))
        nt_diag_mend(nt_load_error(l, at, "server '%s' has no clients of this address family", s->name), "name an IPv%d address",
                     a->family == NT_AF_IPV6 ? NT_AF_IPV4 : NT_AF_IPV6);
    else if (why != NULL)
        nt_diag_mend(nt_load_error(l, at, "no server can be at 'alternate': %s", why), "name the address of a server");
}

/* RFC 8489, 10: ALTERNATE-SERVER "MUST contain an IP address of the same address family as the source IP address of the request" */
static void read_alternate(struct nt_load *l, const struct nt_yaml *v, const struct form *f, const struct nt_scn_server *s,
                           struct nt_scn_step *step)
{
    static const struct nt_key key = {
        .name = "alternate", .type = NT_KEY_ENDPOINT, .offset = offsetof(struct nt_scn_step, alternate)};
    if (step->code != TRY_ALTERNATE && f->alternate != NULL)
        nt_diag_mend(nt_load_error(l, f->alternate, "'alternate' goes with code 300"), "write code: 300, or leave it out");
    else if (step->code == TRY_ALTERNATE && f->alternate == NULL)
        nt_diag_mend(nt_load_error(l, v, "300 (Try Alternate) without 'alternate'"), "write alternate: 203.0.113.9:3478");
    else if (f->alternate != NULL && nt_key_read(l, &key, f->alternate, step))
        check_alternate(l, f->alternate, s, &step->alternate);
}

static void read_code(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    uint64_t number = 0;
    bool scalar = v->kind == NT_YAML_SCALAR;
    if (scalar && strcmp(v->text, "none") == 0)
        step->code = NT_UNANSWERED;
    else if (scalar && nt_unit_integer(v->text, &number) == NT_UNIT_OK && number >= CODE_LOW && number <= CODE_HIGH)
        step->code = (int)number;
    else
        nt_diag_mend(nt_load_error(l, v, "'%s' is not an error code", scalar ? v->text : nt_yaml_kind_name(v)),
                     "write a number from %d to %d, or none", CODE_LOW, CODE_HIGH);
}

static void read_refusal(struct nt_load *l, const struct nt_yaml *v, const struct form *f, const struct nt_scn_server *s,
                         struct nt_scn_step *step)
{
    step->methods = f->methods != 0 ? f->methods : METHOD_BITS;
    step->code = CODE_DEFAULT;
    if (f->code != NULL)
        read_code(l, f->code, step);
    if (f->nth != NULL)
        nt_load_nth(l, f->nth, NT_SCN_NTH_MAX, step);
    read_alternate(l, v, f, s, step);
    if ((s->kinds & NT_SCN_TURN) == 0 && (step->methods & NT_SCN_METHOD(NT_STUN_BINDING)) == 0)
        nt_diag_mend(nt_load_error(l, nt_yaml_get(v, "method"), "server '%s' serves Binding alone", s->name),
                     "write method: binding");
}

static void check_revoked(struct nt_load *l, const struct nt_yaml *v, const struct nt_scn_server *s, const char *user)
{
    const char *names[SUGGESTED_MAX];
    size_t count = 0;
    for (size_t i = 0; i < s->user_count; i++) {
        const char *name = nt_scn_user_name(s, &s->users[i]);
        if (strcmp(name, user) == 0)
            return;
        if (count < SUGGESTED_MAX)
            names[count++] = name;
    }
    struct nt_diag *d = nt_load_error(l, nt_yaml_get(v, "user"), "server '%s' has no user '%s'", s->name, user);
    if (!nt_suggest(d, user, names, count))
        nt_diag_mend(d, "name one of its users");
}

/* A platform serves no requests; a real server does what it does. */
static bool may_change(struct nt_load *l, const struct form *f, const struct nt_yaml *v, const struct nt_scn_server *s)
{
    bool coturn = (s->kinds & NT_SCN_COTURN) != 0, serves_requests = (s->kinds & (NT_SCN_STUN | NT_SCN_TURN)) != 0;
    if (serves_requests && !coturn)
        return true;
    nt_diag_mend(nt_load_error(l, f->at, "'%s' cannot be done at server '%s', %s", nt_yaml_get(v, "do")->text, s->name,
                               coturn ? "a real program" : "which answers no STUN requests"),
                 "name a server of kind stun or turn");
    return false;
}

void nt_load_server_step(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct form f = {0};
    step->kind = NT_STEP_SERVER;
    if (!nt_table_read(l, &nt_table_server_step, v, &f))
        return;
    step->server_do = (enum nt_scn_server_do)f.what;
    step->where = nt_load_node(l, f.at, NT_LOAD_SERVER);
    check_keys(l, v, &f);
    if (step->where.kind != NT_SCN_NODE_SERVER)
        return;
    const struct nt_scn_server *s = &l->c->servers[step->where.index];
    bool pause = f.what == NT_SERVER_STOP || f.what == NT_SERVER_START;
    bool may = !pause && may_change(l, &f, v, s);
    if (may && f.what == NT_SERVER_REFUSE)
        read_refusal(l, v, &f, s, step);
    if (may && f.what == NT_SERVER_REVOKE && f.user != NULL)
        check_revoked(l, v, s, f.user);
    step->user = f.user;
    step->duration = f.duration;
    step->by = f.by;
}
