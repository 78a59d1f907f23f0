#include "scenarios/language/sections/tcp_policy.h"

#include "natsim/nat/policy/policy.h"
#include "scenarios/language/sections/policy_words.h"
#include "scenarios/language/text/units.h"

#include <stddef.h>
#include <string.h>

#define TIME_MAX .high = NT_UNIT_TIME_MAX

static const struct nt_word syn[] = {{"icmp-after", NT_SYN_ICMP_AFTER, false},
                                     {"drop", NT_SYN_DROP, false},
                                     {"reject", NT_SYN_REJECT, false},
                                     {"rst", NT_SYN_RESET, false},
                                     {NULL, 0, false}};
static const struct nt_word tracking[] = {{"rfc7857", NT_TRACK_RFC7857, false}, {"linux", NT_TRACK_LINUX, false}, {NULL, 0, false}};

struct tcp_form {
    struct nt_nat_tcp t;
    const struct nt_yaml *lifetimes;
};

#define TCP(field) .offset = offsetof(struct tcp_form, t.field)
static const struct nt_key tcp_keys[] = {
    {.name = "mapping",
     .type = NT_KEY_WORD,
     TCP(mapping),
     .words = nt_words_dependence,
     .doc = "mapping behaviour (RFC 5382, REQ-1); as the policy's by default"},
    {.name = "filtering",
     .type = NT_KEY_WORD,
     TCP(filtering),
     .words = nt_words_dependence,
     .doc = "filtering behaviour (RFC 5382, REQ-3); as the policy's by default"},
    {.name = "ports",
     .type = NT_KEY_WORD,
     TCP(ports),
     .words = nt_words_ports,
     .doc = "port assignment (RFC 5382, REQ-7); as the policy's by default, or by the mapping where that differs"},
    {.name = "lifetimes",
     .type = NT_KEY_NODE,
     .offset = offsetof(struct tcp_form, lifetimes),
     .schema = "{\"$ref\": \"#/$defs/tcp-lifetimes\"}",
     .doc = "how long a connection may be idle (RFC 5382, REQ-5)"},
    {.name = "unsolicited",
     .type = NT_KEY_WORD,
     TCP(unsolicited),
     .words = syn,
     .doc = "what a SYN gets that is not let in: icmp-after (port unreachable after 6 s, unless a SYN has gone out meanwhile: RFC "
            "5382, REQ-4; by default), drop, reject (port unreachable at once; by default where the policy rejects), or rst"},
    {.name = "tracking",
     .type = NT_KEY_WORD,
     TCP(tracking),
     .words = tracking,
     .doc =
         "the states of connections: rfc7857 (by default), or linux, which also takes up connections in their middle, and forgets "
         "one whose SYN is answered by a reset"},
};
const struct nt_table nt_table_tcp = NT_TABLE("tcp", "'tcp'", tcp_keys);

struct tcp_lifetimes {
    nt_time opening, established, closing, transitory, of[NT_CONNECTION_STATES];
};

#define TCP_LIFE(field) .type = NT_KEY_TIME, .offset = offsetof(struct tcp_lifetimes, field), .low = 1, TIME_MAX
static const struct nt_key tcp_lifetime_keys[] = {
    {.name = "established", TCP_LIFE(established), .doc = "124m by default"},
    {.name = "transitory", TCP_LIFE(transitory), .doc = "of connections that are being opened or closed; 4m by default"},
    {.name = "opening", TCP_LIFE(opening), .doc = "of those that are being opened alone (RFC 7857, 2.1)"},
    {.name = "closing", TCP_LIFE(closing), .doc = "of those that are being closed, or were reset, alone"},
    {.name = "syn-sent", TCP_LIFE(of[NT_CONN_SYN_SENT]), .doc = "with tracking: linux: one SYN, or two that crossed"},
    {.name = "syn-received", TCP_LIFE(of[NT_CONN_SYN_RECEIVED]), .doc = "with tracking: linux: SYN and SYN-ACK"},
    {.name = "fin-wait", TCP_LIFE(of[NT_CONN_FIN_WAIT]), .doc = "with tracking: linux: a FIN"},
    {.name = "close-wait", TCP_LIFE(of[NT_CONN_CLOSE_WAIT]), .doc = "with tracking: linux: a FIN and its ACK"},
    {.name = "last-ack", TCP_LIFE(of[NT_CONN_LAST_ACK]), .doc = "with tracking: linux: both FINs"},
    {.name = "time-wait", TCP_LIFE(of[NT_CONN_TIME_WAIT]), .doc = "with tracking: linux: both FINs and ACKs"},
    {.name = "close", TCP_LIFE(of[NT_CONN_RESET]), .doc = "with tracking: linux: a reset"},
};
const struct nt_table nt_table_tcp_lifetimes = NT_TABLE("tcp-lifetimes", "'lifetimes'", tcp_lifetime_keys);

static bool is_of_linux(const char *key)
{
    static const char *const keys[] = {"syn-sent", "syn-received", "fin-wait", "close-wait", "last-ack", "time-wait", "close"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static void set_life(nt_time *life, nt_time given)
{
    if (given != 0)
        *life = given;
}

/* The states that a key of few stands for. */
static void set_lives(struct nt_nat_tcp *t, enum nt_connection from, enum nt_connection to, nt_time given)
{
    for (size_t i = from; i <= (size_t)to; i++)
        set_life(&t->life[i], given);
}

static void read_tcp_lifetimes(struct nt_load *l, const struct nt_yaml *v, struct nt_nat_tcp *t)
{
    struct tcp_lifetimes given = {0};
    if (!nt_table_read(l, &nt_table_tcp_lifetimes, v, &given))
        return;
    for (size_t i = 0; i < v->count; i++)
        if (t->tracking != NT_TRACK_LINUX && is_of_linux(v->keys[i]->text))
            nt_diag_mend(nt_load_error(l, v->keys[i], "'%s' has no effect without 'tracking: linux'", v->keys[i]->text),
                         "write established, opening, closing or transitory");
    set_lives(t, NT_CONN_SYN_SENT, NT_CONN_SYN_RECEIVED, given.transitory);
    set_lives(t, NT_CONN_SYN_SENT, NT_CONN_SYN_RECEIVED, given.opening);
    bool linux_states = t->tracking == NT_TRACK_LINUX;
    enum nt_connection closing = linux_states ? NT_CONN_FIN_WAIT : NT_CONN_LAST_ACK;
    set_lives(t, closing, NT_CONN_RESET, given.transitory);
    set_lives(t, closing, NT_CONN_RESET, given.closing);
    set_lives(t, NT_CONN_ESTABLISHED, linux_states ? NT_CONN_ESTABLISHED : NT_CONN_CLOSE_WAIT, given.established);
    set_life(&t->life[NT_CONN_CROSSING], given.of[NT_CONN_SYN_SENT]);
    for (size_t i = 0; i < NT_CONNECTION_STATES; i++)
        set_life(&t->life[i], given.of[i]);
}

void nt_load_tcp_policy(struct nt_load *l, const struct nt_yaml *v, struct nt_nat_tcp *t)
{
    struct tcp_form f = {.t = *t};
    if (!nt_table_read(l, &nt_table_tcp, v, &f))
        return;
    f.t.unsolicited_given |= nt_yaml_get(v, "unsolicited") != NULL;
    if (f.lifetimes != NULL)
        read_tcp_lifetimes(l, f.lifetimes, &f.t);
    *t = f.t;
}
