#include "scenarios/language/sections/nat_policy.h"
#include "natsim/nat/policy/presets.h"
#include "scenarios/language/sections/policy_words.h"
#include "scenarios/language/sections/port_range.h"
#include "scenarios/language/sections/tcp_policy.h"

#include "natsim/nat/policy/policy.h"
#include "scenarios/language/text/units.h"

#include <stddef.h>
#include <string.h>

#define PRESETS_MAX 256

enum { REFRESH_OUTBOUND = 1, REFRESH_INBOUND = 2, ANSWERS_NONE = 1 << 16 };

struct form {
    struct nt_nat_policy p;
    const struct nt_yaml *preset, *range, *lifetimes, *by_port, *filter_lifetime, *poison, *deny, *allow, *tcp, *icmp_rate,
        *mapping_rate;
    nt_time lifetime;
    unsigned refresh, answers;
};

#define POLICY(field) .offset = offsetof(struct form, p.field)
#define NODE(field) .type = NT_KEY_NODE, .offset = offsetof(struct form, field)
#define TIME_MAX .high = NT_UNIT_TIME_MAX

static const struct nt_word conflict[] = {{"pick-new", NT_CONFLICT_NEXT, false},     {"lowest", NT_CONFLICT_LOWEST, false},
                                          {"random", NT_CONFLICT_RANDOM, false},     {"fail", NT_CONFLICT_FAIL, false},
                                          {"overload", NT_CONFLICT_OVERLOAD, false}, {NULL, 0, false}};
static const struct nt_word low_ports[] = {{"in-range", NT_LOW_IN_RANGE, false},
                                           {"same-class", NT_LOW_SAME_CLASS, false},
                                           {"linux", NT_LOW_LINUX, false},
                                           {NULL, 0, false}};
static const struct nt_word reuse[] = {{"by-source", NT_REUSE_RULE, false},
                                       {"latest-by-source-if-tuple-unique", NT_REUSE_LATEST_BY_SOURCE, false},
                                       {"never", NT_REUSE_NEVER, false},
                                       {NULL, 0, false}};
static const struct nt_word pooling[] = {
    {"paired", NT_POOLING_PAIRED, false}, {"arbitrary", NT_POOLING_ARBITRARY, false}, {NULL, 0, false}};
static const struct nt_word scope[] = {
    {"mapping", NT_SCOPE_MAPPING, false}, {"endpoint", NT_SCOPE_ENDPOINT, false}, {"flow", NT_SCOPE_FLOW, false}, {NULL, 0, false}};
static const struct nt_word hairpin[] = {{"none", NT_HAIRPIN_NONE, false},
                                         {"internal-source", NT_HAIRPIN_INTERNAL, false},
                                         {"external-source", NT_HAIRPIN_EXTERNAL, false},
                                         {NULL, 0, false}};
static const struct nt_word replies[] = {
    {"table", NT_REPLIES_TABLE, false}, {"pinned", NT_REPLIES_PINNED, false}, {NULL, 0, false}};
static const struct nt_word unsolicited[] = {
    {"drop", NT_UNSOLICITED_DROP, false}, {"reject", NT_UNSOLICITED_REJECT, false}, {NULL, 0, false}};
static const struct nt_word icmp[] = {{"translate", NT_ICMP_TRANSLATE, false},
                                      {"drop", NT_ICMP_DROP, false},
                                      {"drop-too-big", NT_ICMP_DROP_TOO_BIG, false},
                                      {NULL, 0, false}};
static const struct nt_word answers[] = {{"none", ANSWERS_NONE, false},
                                         {"too-big", NT_ANSWER_TOO_BIG, false},
                                         {"ttl", NT_ANSWER_TTL, false},
                                         {"limit", NT_ANSWER_LIMIT, false},
                                         {"echo", NT_ANSWER_ECHO, false},
                                         {"echo-outside", NT_ANSWER_ECHO_OUTSIDE, false},
                                         {"port", NT_ANSWER_PORT, false},
                                         {"route", NT_ANSWER_ROUTE, false},
                                         {"host", NT_ANSWER_HOST, false},
                                         {"limit-host", NT_ANSWER_LIMIT_HOST, false},
                                         {NULL, 0, false}};
static const struct nt_word fragments[] = {{"reassemble", NT_FRAG_REASSEMBLE, false},
                                           {"in-order", NT_FRAG_IN_ORDER, false},
                                           {"drop", NT_FRAG_DROP, false},
                                           {NULL, 0, false}};
static const struct nt_word when_full[] = {{"refuse", NT_FULL_REFUSE, false}, {"steal", NT_FULL_STEAL, false}, {NULL, 0, false}};
static const struct nt_word ipv6[] = {
    {"firewall", NT_V6_FIREWALL, false}, {"open", NT_V6_OPEN, false}, {"none", NT_V6_NONE, false}, {NULL, 0, false}};
static const struct nt_word refresh[] = {
    {"outbound", REFRESH_OUTBOUND, false}, {"inbound", REFRESH_INBOUND, false}, {NULL, 0, false}};
static const struct nt_word deny[] = {{"udp", 1, false}, {"tcp", 2, true}, {NULL, 0, false}};

static const struct nt_key keys[] = {
    {.name = "preset",
     NODE(preset),
     .schema = "{\"type\": \"string\"}",
     .doc = "the preset that the other keys change; natsim presets lists them"},
    {.name = "mapping",
     .type = NT_KEY_WORD,
     POLICY(mapping),
     .words = nt_words_dependence,
     .doc = "mapping behaviour (RFC 4787, 4.1); required without a preset"},
    {.name = "filtering",
     .type = NT_KEY_WORD,
     POLICY(filtering),
     .words = nt_words_dependence,
     .doc = "filtering behaviour (RFC 4787, 5); required without a preset"},
    {.name = "ports",
     .type = NT_KEY_WORD,
     POLICY(ports),
     .words = nt_words_ports,
     .doc = "port assignment (RFC 4787, 4.2.1); by default preserve with endpoint-independent mapping, otherwise sequential"},
    {.name = "range",
     NODE(range),
     .schema = "{\"$ref\": \"#/$defs/range\"}",
     .doc = "external ports, A..B; 1024..65535 by default"},
    {.name = "parity",
     .type = NT_KEY_BOOL,
     POLICY(parity),
     .doc = "an odd port stays odd, an even one even, while there are such ports (RFC 4787, 4.2.2)"},
    {.name = "contiguity",
     .type = NT_KEY_BOOL,
     POLICY(contiguity),
     .doc = "the port for RTCP is the port for RTP plus one (RFC 4787, 4.2.3)"},
    {.name = "block",
     .type = NT_KEY_U16,
     POLICY(block),
     .low = 1,
     .high = 65535,
     .doc = "number of ports reserved for each inside host on each external address"},
    {.name = "conflict",
     .type = NT_KEY_WORD,
     POLICY(conflict),
     .words = conflict,
     .doc =
         "what happens when the wanted port is in use; pick-new by default; overload with endpoint-dependent mapping: when no port is "
         "free, one is used again for another destination"},
    {.name = "low-ports",
     .type = NT_KEY_WORD,
     POLICY(low_ports),
     .words = low_ports,
     .doc = "external ports of inside ports below 1024: in-range (as of any other, by default), same-class (1..1023: RFC 4787, "
            "REQ-3a), or linux (kept, or drawn from 1..511 of those below 512, else from 600..1023; with the default range and "
            "without blocks)"},
    {.name = "reuse",
     .type = NT_KEY_WORD,
     POLICY(reuse),
     .words = reuse,
     .doc = "when a mapping is used again for another destination; as the mapping behaviour says by default"},
    {.name = "addresses",
     .type = NT_KEY_U16,
     POLICY(addresses),
     .low = 1,
     .high = NT_NAT_ADDRESSES_MAX,
     .doc = "number of external addresses; 1 by default"},
    {.name = "pooling",
     .type = NT_KEY_WORD,
     POLICY(pooling),
     .words = pooling,
     .doc = "which of several external addresses an inside host gets (RFC 4787, 4.1)"},
    {.name = "lifetime",
     .type = NT_KEY_TIME,
     .offset = offsetof(struct form, lifetime),
     .low = 1,
     TIME_MAX,
     .doc = "of a mapping; 300s by default"},
    {.name = "lifetimes",
     NODE(lifetimes),
     .schema = "{\"$ref\": \"#/$defs/lifetimes\"}",
     .doc = "of a mapping by phase, instead of lifetime"},
    {.name = "lifetime-by-port",
     NODE(by_port),
     .schema = "{\"type\": \"object\", \"additionalProperties\": {\"$ref\": \"#/$defs/time\"}}",
     .doc = "of mappings to a remote port, as in {53: 15s}; at most 8 ports"},
    {.name = "icmp-lifetime",
     .type = NT_KEY_TIME,
     POLICY(icmp_lifetime),
     .low = 1,
     TIME_MAX,
     .doc = "of a mapping of an ICMP query identifier (RFC 5508, 3.2); 60s by default"},
    {.name = "hold-down",
     .type = NT_KEY_TIME,
     POLICY(hold_down),
     .doc = "how long the port of a mapping that has expired or was forgotten is not assigned again"},
    {.name = "refresh",
     .type = NT_KEY_WORDS,
     .offset = offsetof(struct form, refresh),
     .words = refresh,
     .doc = "which packets refresh a mapping (RFC 4787, 4.3); [outbound] by default"},
    {.name = "filter-lifetime",
     NODE(filter_lifetime),
     .schema = "{\"anyOf\": [{\"const\": \"mapping\"}, {\"$ref\": \"#/$defs/time\"}]}",
     .doc = "of a filter entry; that of the mapping by default"},
    {.name = "filter-scope",
     .type = NT_KEY_WORD,
     POLICY(filter_scope),
     .words = scope,
     .doc = "what a filter entry is for: one mapping, all mappings of an inside endpoint, or the flow of one 5-tuple, which then "
            "has the lifetimes of its own"},
    {.name = "hairpin",
     .type = NT_KEY_WORD,
     POLICY(hairpin),
     .words = hairpin,
     .doc = "hairpinning (RFC 4787, 6); none by default"},
    {.name = "replies",
     .type = NT_KEY_WORD,
     POLICY(replies),
     .words = replies,
     .doc = "which port the answer to an inbound packet leaves from: the one that the mapping behaviour selects (table), or the "
            "one that the packet came to (pinned)"},
    {.name = "unsolicited",
     .type = NT_KEY_WORD,
     POLICY(unsolicited),
     .words = unsolicited,
     .doc = "what happens to an inbound packet that the filter does not accept"},
    {.name = "poison",
     NODE(poison),
     .schema = "{\"anyOf\": [{\"const\": \"none\"}, {\"$ref\": \"#/$defs/time\"}]}",
     .doc = "how long an inbound packet that was not accepted leaves an entry behind; none by default"},
    {.name = "icmp",
     .type = NT_KEY_WORD,
     POLICY(icmp),
     .words = icmp,
     .doc = "what happens to ICMP (RFC 5508); drop: the gateway sends none, either; drop-too-big: a path MTU black hole"},
    {.name = "answers",
     .type = NT_KEY_WORDS,
     .offset = offsetof(struct form, answers),
     .words = answers,
     .doc =
         "the ICMP messages that the gateway sends of itself, to who caused them: too-big (RFC 4787, REQ-13), ttl, limit (no flow can "
         "be made: RFC 5508, REQ-8) or limit-host (RFC 6888, REQ-11), port (a packet from inside to a closed port of the gateway's), "
         "route, host (nobody has the address: 3 s later), echo and echo-outside (pings to the gateway); [too-big, ttl, limit] by "
         "default"},
    {.name = "icmp-rate",
     NODE(icmp_rate),
     .schema = "{\"anyOf\": [{\"const\": \"none\"}, {\"$ref\": \"#/$defs/pace\"}]}",
     .doc = "how many of its ICMP errors, but too-big, go to one destination; no limit by default"},
    {.name = "icmp-kills-mapping", .type = NT_KEY_BOOL, POLICY(icmp_kills_mapping), .doc = "an ICMP error ends the mapping"},
    {.name = "fragments",
     .type = NT_KEY_WORD,
     POLICY(fragments),
     .words = fragments,
     .doc = "what happens to fragments (RFC 4787, 11)"},
    {.name = "max-mappings",
     .type = NT_KEY_U32,
     POLICY(max_mappings),
     .low = 1,
     .high = UINT32_MAX,
     .doc = "most mappings; unlimited by default"},
    {.name = "max-per-host",
     .type = NT_KEY_U32,
     POLICY(max_per_host),
     .low = 1,
     .high = UINT32_MAX,
     .doc = "most mappings of one inside host; unlimited by default"},
    {.name = "mapping-rate",
     NODE(mapping_rate),
     .schema = "{\"anyOf\": [{\"const\": \"none\"}, {\"$ref\": \"#/$defs/pace\"}]}",
     .doc = "how many new mappings one inside host gets (RFC 6888, REQ-4c); no limit by default"},
    {.name = "when-full",
     .type = NT_KEY_WORD,
     POLICY(when_full),
     .words = when_full,
     .doc = "without room for a new mapping, by max-mappings, max-per-host or ports: refuse it (by default), or steal the room of "
            "the mapping whose timer ends first (RFC 5508, 6; RFC 6888, REQ-11)"},
    {.name = "deny",
     NODE(deny),
     .schema = "{\"type\": \"array\", \"items\": {\"enum\": [\"udp\"]}}",
     .doc = "protocols whose packets are dropped although others are translated"},
    {.name = "allow",
     NODE(allow),
     .schema = "{\"type\": \"array\", \"minItems\": 1, \"maxItems\": 32, \"items\": {\"type\": \"string\", \"pattern\": "
               "\"^(udp|tcp)(/[1-9][0-9]*)?$\"}}",
     .doc =
         "the destinations outside that may be reached, as [udp, tcp, tcp/443]: all else that begins inside is dropped, IPv6 and "
         "pings, too; ICMP errors and answers to what came in pass; everything by default"},
    {.name = "ipv6",
     .type = NT_KEY_WORD,
     POLICY(ipv6),
     .words = ipv6,
     .doc = "how IPv6 is forwarded: behind a stateful firewall with the filtering of the policy by default"},
    {.name = "tcp",
     NODE(tcp),
     .schema = "{\"$ref\": \"#/$defs/tcp\"}",
     .doc = "what differs for TCP (RFC 5382): its own mapping, filtering, ports and lifetimes, and what an unsolicited SYN gets"},
    {.name = "port-control", .flags = NT_KEY_UNBUILT, .doc = "pcp, nat-pmp"},
};
const struct nt_table nt_table_policy = NT_TABLE("policy", "a policy", keys);

#define LIFE(field) .type = NT_KEY_TIME, .offset = offsetof(struct nt_nat_policy, field), .low = 1, TIME_MAX
static const struct nt_key lifetime_keys[] = {
    {.name = "new", LIFE(life_new), .doc = "until the first packet comes back"},
    {.name = "replied", LIFE(life_replied), .doc = "after that"},
    {.name = "stream", LIFE(life_stream), .doc = "after 2 s of traffic in both directions"},
};
const struct nt_table nt_table_lifetimes = NT_TABLE("lifetimes", "'lifetimes'", lifetime_keys);

struct pace {
    uint32_t burst;
    nt_time interval;
};

static const struct nt_key pace_keys[] = {
    {.name = "burst", .type = NT_KEY_U32, .offset = offsetof(struct pace, burst), .low = 1, .high = 1000, .doc = "so many at once"},
    {.name = "interval",
     .type = NT_KEY_TIME,
     .offset = offsetof(struct pace, interval),
     .low = 1,
     TIME_MAX,
     .doc = "then one in so long"},
};
const struct nt_table nt_table_pace = NT_TABLE("pace", "a rate", pace_keys);

/* `none`, or both keys. */
static struct pace read_pace(struct nt_load *l, const struct nt_yaml *v, const char *key)
{
    struct pace r = {0};
    if (v->kind == NT_YAML_SCALAR && strcmp(v->text, "none") == 0)
        return r;
    if (nt_table_read(l, &nt_table_pace, v, &r) && (r.burst == 0 || r.interval == 0))
        nt_diag_mend(nt_load_error(l, v, "'%s' needs both 'burst' and 'interval'", key), "write {burst: 6, interval: 1s}");
    return r;
}

static void read_icmp_rate(struct nt_load *l, const struct nt_yaml *v, struct nt_nat_policy *p)
{
    struct pace r = read_pace(l, v, "icmp-rate");
    p->icmp_burst = r.burst;
    p->icmp_interval = r.interval;
}

static void read_mapping_rate(struct nt_load *l, const struct nt_yaml *v, struct nt_nat_policy *p)
{
    struct pace r = read_pace(l, v, "mapping-rate");
    p->mapping_burst = r.burst;
    p->mapping_interval = r.interval;
}

static void read_answers(struct nt_load *l, const struct nt_yaml *v, unsigned bits, struct nt_nat_policy *p)
{
    if ((bits & ANSWERS_NONE) != 0 && bits != ANSWERS_NONE)
        nt_diag_mend(nt_load_error(l, nt_yaml_get(v, "answers"), "'none' stands beside other answers"), "leave one out");
    p->answers = bits & ~(unsigned)ANSWERS_NONE;
}

static void read_by_port(struct nt_load *l, const struct nt_yaml *v, struct nt_nat_policy *p)
{
    static const struct nt_key life = {.name = "lifetime-by-port", .type = NT_KEY_TIME, .low = 1, TIME_MAX};
    static const struct nt_key port = {.name = "lifetime-by-port", .type = NT_KEY_U16, .low = 1, .high = 65535};
    if (v->kind != NT_YAML_MAP || v->count > NT_NAT_PORT_LIFETIMES_MAX) {
        nt_diag_mend(nt_load_error(l, v, "'lifetime-by-port' must be a mapping of at most %d ports", NT_NAT_PORT_LIFETIMES_MAX),
                     "write {53: 15s}");
        return;
    }
    p->life_by_port_count = 0;
    for (size_t i = 0; i < v->count; i++) {
        uint16_t number = 0;
        nt_time time = 0;
        if (nt_key_read(l, &port, v->keys[i], &number) && nt_key_read(l, &life, v->items[i], &time)) {
            p->life_by_port[p->life_by_port_count].port = number;
            p->life_by_port[p->life_by_port_count++].life = time;
        }
    }
}

/* A time, or a word that means 0. */
static void read_time_or(struct nt_load *l, const struct nt_yaml *v, const char *key, const char *word, nt_time *out)
{
    const struct nt_key k = {.name = key, .type = NT_KEY_TIME, .low = 1, TIME_MAX};
    if (v->kind == NT_YAML_SCALAR && strcmp(v->text, word) == 0)
        *out = 0;
    else
        nt_key_read(l, &k, v, out);
}

static void read_deny(struct nt_load *l, const struct nt_yaml *v, struct nt_nat_policy *p)
{
    int bit = 0;
    p->deny_udp = false;
    for (size_t i = 0; i < nt_yaml_count(v); i++)
        if (nt_word_read(l, deny, "deny", nt_yaml_item(v, i), &bit))
            p->deny_udp = true;
}

/* `udp`, `tcp`, or one of them with a port, as in `tcp/443`. */
static bool read_allowed(const struct nt_yaml *v, struct nt_nat_policy *p)
{
    bool tcp = v->kind == NT_YAML_SCALAR && strncmp(v->text, "tcp", 3) == 0;
    if (v->kind != NT_YAML_SCALAR || (!tcp && strncmp(v->text, "udp", 3) != 0))
        return false;
    const char *rest = v->text + 3, *digits = rest + 1;
    size_t len = strlen(rest);
    unsigned port = 0;
    for (const char *c = digits; len != 0 && len <= 6 && *c >= '0' && *c <= '9'; c++)
        port = port * 10 + (unsigned)(*c - '0');
    if (len != 0 &&
        (*rest != '/' || len > 6 || strspn(digits, "0123456789") != len - 1 || *digits == '0' || port == 0 || port > 65535))
        return false;
    p->allowed[p->allowed_count].proto = tcp ? NT_ALLOWED_TCP : NT_ALLOWED_UDP;
    p->allowed[p->allowed_count++].port = (uint16_t)port;
    return true;
}

static void read_allow(struct nt_load *l, const struct nt_yaml *v, struct nt_nat_policy *p)
{
    static const char mend[] = "write a list of udp, tcp, or one of them with a port, as in [udp/3478, tcp/443]";
    if (v->kind != NT_YAML_LIST || v->count == 0 || v->count > NT_NAT_ALLOWED_MAX) {
        nt_diag_mend(nt_load_error(l, v, "'allow' must be a list of 1 to %d destinations", NT_NAT_ALLOWED_MAX), "%s", mend);
        return;
    }
    p->allowed_count = 0;
    for (size_t i = 0; i < v->count; i++)
        if (!read_allowed(v->items[i], p))
            nt_diag_mend(nt_load_error(l, v->items[i], "'%s' is no destination of 'allow'",
                                       v->items[i]->kind == NT_YAML_SCALAR ? v->items[i]->text : nt_yaml_kind_name(v->items[i])),
                         "%s", mend);
}

static void report_unknown_preset(struct nt_load *l, const struct nt_yaml *v)
{
    static const char *const unbuilt[] = {"nat64", "nptv6"};
    const char *names[PRESETS_MAX] = {"none", "blocked-udp", "blocked"};
    size_t count = 0, n = 3;
    const struct nt_nat_preset *all = nt_nat_presets(&count);
    for (size_t i = 0; i < count && n < PRESETS_MAX; i++)
        names[n++] = all[i].name;
    for (size_t i = 0; i < sizeof unbuilt / sizeof *unbuilt; i++)
        if (strcmp(v->text, unbuilt[i]) == 0) {
            nt_load_error(l, v, "'%s' is not in this version", v->text);
            return;
        }
    struct nt_diag *d = nt_load_error(l, v, "unknown preset '%s'", v->text);
    if (!nt_suggest(d, v->text, names, n))
        nt_diag_mend(d, "'natsim presets' lists them; none, blocked-udp and blocked do not translate");
}

static bool read_preset(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_gateway *g)
{
    static const struct nt_word plain[] = {
        {"none", NT_GW_NONE, false}, {"blocked-udp", NT_GW_BLOCKED_UDP, false}, {"blocked", NT_GW_BLOCKED, false}};
    if (v->kind != NT_YAML_SCALAR || nt_yaml_is_null(v)) {
        nt_diag_mend(nt_load_error(l, v, "'preset' must be a name, not %s", nt_yaml_kind_name(v)), "'natsim presets' lists them");
        return false;
    }
    g->preset = nt_load_text(l, v->text);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(plain[i].name, v->text) == 0) {
            g->policy.kind = (enum nt_gateway_kind)plain[i].value;
            return true;
        }
    const struct nt_nat_preset *preset = nt_nat_preset_find(v->text);
    if (preset == NULL)
        report_unknown_preset(l, v);
    else
        preset->set(&g->policy);
    return preset != NULL;
}

static bool is_one_of(const char *key, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(key, words[i]) == 0)
            return true;
    return false;
}

/* Who does not translate routes: IPv6, too, which is open. It may filter ICMP, and sends it as any router. */
static bool works_without_nat(const struct nt_scn_gateway *g, const struct nt_nat_policy *p, const char *key)
{
    static const char *const words[] = {"preset", "icmp", "answers", "icmp-rate"};
    if (strcmp(key, "ipv6") == 0)
        return p->ipv6 == NT_V6_OPEN;
    return is_one_of(key, words, g->policy.kind == NT_GW_BLOCKED ? 1 : sizeof words / sizeof *words);
}

static void check_without_nat(struct nt_load *l, const struct nt_yaml *v, const struct nt_scn_gateway *g,
                              const struct nt_nat_policy *p, unsigned given)
{
    const char *why = g->policy.kind == NT_GW_BLOCKED ? "passes nothing" : "does not translate";
    for (size_t i = 0; i < v->count; i++)
        if (!works_without_nat(g, p, v->keys[i]->text))
            nt_diag_mend(
                nt_load_error(l, v->keys[i], "'%s' has no effect with preset '%s', which %s", v->keys[i]->text, g->preset, why),
                "leave it out");
    const char *limit = (given & NT_ANSWER_LIMIT) != 0 ? "limit" : (given & NT_ANSWER_LIMIT_HOST) != 0 ? "limit-host" : NULL;
    if (limit != NULL)
        nt_diag_mend(nt_load_error(l, nt_yaml_get(v, "answers"), "'%s' has no effect with preset '%s', which makes no flows", limit,
                                   g->preset),
                     "leave it out");
}

/* `icmp: drop` passes no ICMP, and sends none. */
static void check_with_icmp_dropped(struct nt_load *l, const struct nt_yaml *v, const struct nt_nat_policy *p)
{
    static const char *const idle[] = {"answers", "icmp-rate", "icmp-lifetime", "icmp-kills-mapping", "unsolicited"};
    size_t count = sizeof idle / sizeof *idle - (p->unsolicited == NT_UNSOLICITED_REJECT ? 0 : 1);
    for (size_t i = 0; i < v->count; i++)
        if (is_one_of(v->keys[i]->text, idle, count))
            nt_diag_mend(nt_load_error(l, v->keys[i], "'%s' has no effect with 'icmp: drop', which neither passes nor sends ICMP",
                                       v->keys[i]->text),
                         "leave it out");
}

/* "Too big" is never limited, and echo replies are no errors. */
static bool sends_limited_errors(const struct nt_nat_policy *p)
{
    bool nat = p->kind == NT_GW_TRANSLATE;
    unsigned limits = nat ? NT_ANSWER_LIMIT | NT_ANSWER_LIMIT_HOST : 0;
    unsigned limited = NT_ANSWER_TTL | NT_ANSWER_PORT | NT_ANSWER_ROUTE | NT_ANSWER_HOST | limits;
    return (p->answers & limited) != 0 || (nat && p->unsolicited == NT_UNSOLICITED_REJECT);
}

/* The keys and words that are given about ICMP must have an effect; given: the words of `answers`. */
static void check_icmp(struct nt_load *l, const struct nt_yaml *v, const struct nt_nat_policy *p, unsigned given)
{
    if (p->icmp == NT_ICMP_DROP) {
        check_with_icmp_dropped(l, v, p);
        return;
    }
    if (p->icmp == NT_ICMP_DROP_TOO_BIG && (given & NT_ANSWER_TOO_BIG) != 0)
        nt_diag_mend(nt_load_error(l, nt_yaml_get(v, "answers"), "'too-big' has no effect with 'icmp: drop-too-big'"),
                     "leave it out");
    const struct nt_yaml *rate = nt_yaml_get(v, "icmp-rate");
    if (rate != NULL && p->icmp_burst != 0 && !sends_limited_errors(p))
        nt_diag_mend(nt_load_error(l, rate, "'icmp-rate' has no effect: none of the errors that it limits is sent"),
                     "leave it out, or name ttl, port, route or host in 'answers'");
}

/* Linux has classes of ports where none are named; a preset's may be overridden by naming some. */
static void check_low_ports(struct nt_load *l, const struct nt_yaml *v, const struct nt_nat_policy *p)
{
    const struct nt_yaml *low = nt_yaml_get(v, "low-ports");
    bool named = p->range_low != 1024 || p->range_high != 65535 || p->block != 0;
    if (low != NULL && p->low_ports == NT_LOW_LINUX && named)
        nt_diag_mend(nt_load_error(l, low, "'low-ports: linux' has no effect with a 'range' or 'block'"), "leave one out");
}

/* Of a policy with its defaults. */
static void check_pooling(struct nt_load *l, const struct nt_yaml *v, const struct nt_nat_policy *p)
{
    const struct nt_yaml *given = nt_yaml_key(v, "pooling");
    if (given != NULL && p->addresses == 1 && p->pooling == NT_POOLING_ARBITRARY)
        nt_diag_mend(nt_load_error(l, given, "'pooling: arbitrary' has no effect with one external address"),
                     "leave it out, or write addresses: 2");
}

static void read_parts(struct nt_load *l, const struct nt_yaml *v, const struct form *f, struct nt_nat_policy *p)
{
    if (f->lifetime != 0 && f->lifetimes != NULL)
        nt_diag_mend(nt_load_error(l, f->lifetimes, "'lifetime' and 'lifetimes' exclude each other"), "leave one out");
    if (f->lifetime != 0)
        p->life_new = p->life_replied = p->life_stream = f->lifetime;
    if (f->lifetimes != NULL)
        nt_table_read(l, &nt_table_lifetimes, f->lifetimes, p);
    if (f->range != NULL)
        nt_load_port_range(l, f->range, "range", &p->range_low, &p->range_high);
    if (f->refresh != 0) {
        p->refresh_outbound = (f->refresh & REFRESH_OUTBOUND) != 0;
        p->refresh_inbound = (f->refresh & REFRESH_INBOUND) != 0;
    }
    if (f->by_port != NULL)
        read_by_port(l, f->by_port, p);
    if (f->filter_lifetime != NULL)
        read_time_or(l, f->filter_lifetime, "filter-lifetime", "mapping", &p->filter_lifetime);
    if (f->poison != NULL)
        read_time_or(l, f->poison, "poison", "none", &p->poison);
    if (f->answers != 0)
        read_answers(l, v, f->answers, p);
    if (f->icmp_rate != NULL)
        read_icmp_rate(l, f->icmp_rate, p);
    if (f->mapping_rate != NULL)
        read_mapping_rate(l, f->mapping_rate, p);
    if (f->deny != NULL)
        read_deny(l, f->deny, p);
    if (f->tcp != NULL)
        nt_load_tcp_policy(l, f->tcp, &p->tcp);
    if (f->allow != NULL)
        read_allow(l, f->allow, p);
    check_low_ports(l, v, p);
}

static void read_whole(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_gateway *g)
{
    const struct nt_yaml *preset = nt_yaml_get(v, "preset");
    if (preset != NULL && !read_preset(l, preset, g))
        return;
    struct form f = {.p = g->policy};
    size_t before = l->src->errors;
    if (nt_table_read(l, &nt_table_policy, v, &f))
        read_parts(l, v, &f, &f.p);
    if (preset == NULL && f.p.mapping == 0 && nt_yaml_get(v, "mapping") == NULL)
        nt_diag_mend(nt_load_error(l, v, "'mapping' is missing"), "a policy without a preset needs it");
    if (preset == NULL && f.p.filtering == 0 && nt_yaml_get(v, "filtering") == NULL)
        nt_diag_mend(nt_load_error(l, v, "'filtering' is missing"), "a policy without a preset needs it");
    if (l->src->errors == before)
        check_icmp(l, v, &f.p, f.answers);
    if (f.p.kind != NT_GW_TRANSLATE)
        check_without_nat(l, v, g, &f.p, f.answers);
    if (l->src->errors == before)
        g->policy = f.p;
}

/* What contradicts a key may be one of the preset's, which the file does not show. */
static void report_contradiction(struct nt_load *l, const struct nt_yaml *v, const char *what)
{
    const struct nt_yaml *preset = nt_yaml_get(v, "preset");
    struct nt_diag *d = nt_load_error(l, v, "%s", what);
    if (preset != NULL && preset->text != NULL)
        nt_diag_mend(d, "the keys of preset '%s' count, too: set them otherwise", preset->text);
}

void nt_load_policy(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_gateway *g)
{
    size_t before = l->src->errors;
    const char *what = "";
    if (v->kind == NT_YAML_MAP)
        read_whole(l, v, g);
    else
        read_preset(l, v, g);
    if (l->src->errors == before && nt_nat_policy_finish(&g->policy, nt_yaml_get(v, "ports") != NULL, &what) != 0)
        report_contradiction(l, v, what);
    if (l->src->errors == before && v->kind == NT_YAML_MAP && g->policy.kind == NT_GW_TRANSLATE)
        check_pooling(l, v, &g->policy);
}
