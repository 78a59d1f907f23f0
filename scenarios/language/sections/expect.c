#include "scenarios/language/sections/expect.h"
#include "scenarios/language/sections/dotted_name.h"
#include "scenarios/language/sections/expect_agent.h"
#include "scenarios/language/sections/filter.h"
#include "scenarios/language/text/units.h"

#include "pcap/capture.h"
#include "reports/conformance/conformance.h"
#include "reports/result/words.h"

#include <stddef.h>

#define NAMES_MAX 256

struct form {
    const struct nt_yaml *data, *packets, *conformance, *never, *explore;
    unsigned path, outcomes;
    nt_time within, until, limit;
};

#define AT(field) .offset = offsetof(struct form, field)

#define PATH_WORD(name, bit, word) {word, NT_PATH_##name, false},
static const struct nt_word path_words[] = {NT_PATHS(PATH_WORD){"oracle", NT_PATH_ORACLE, false}, {NULL, 0, false}};
static const struct nt_word outcome_words[] = {NT_PATHS(PATH_WORD){NULL, 0, false}};

static const struct nt_key keys[] = {
    {.name = "path",
     .type = NT_KEY_WORDS,
     AT(path),
     .words = path_words,
     .doc = "direct, relayed, none or oracle; a list: any of them"},
    {.name = "data",
     AT(data),
     .schema = "{\"$ref\": \"#/$defs/data\"}",
     .doc = "what happens to the datagrams of send, or during the call"},
    {.name = "packets",
     AT(packets),
     .schema = "{\"type\": \"array\", \"items\": {\"anyOf\": [{\"$ref\": \"#/$defs/packets\"}, {\"$ref\": \"#/$defs/axis\"}]}}",
     .doc = "packets counted at taps"},
    {.name = "conformance",
     AT(conformance),
     .schema = "{\"anyOf\": [{\"const\": \"clean\"}, {\"type\": \"array\", \"items\": {\"type\": \"string\"}}]}",
     .doc = "clean (default), or rules that must be found broken"},
    {.name = "within",
     .type = NT_KEY_TIME,
     AT(within),
     .low = 1,
     .high = NT_UNIT_TIME_MAX,
     .doc = "time from the call until both agents have a selected pair"},
    {.name = "never", AT(never), .schema = "{\"$ref\": \"#/$defs/names\"}", .doc = "events that must not occur, as in L.failed"},
    {.name = "until",
     .type = NT_KEY_TIME,
     AT(until),
     .low = 1,
     .high = NT_UNIT_TIME_MAX,
     .doc = "the case runs at least this long"},
    {.name = "limit",
     .type = NT_KEY_TIME,
     AT(limit),
     .low = 1,
     .high = NT_UNIT_TIME_MAX,
     .doc = "the case fails when it runs this long; 10m by default"},
    {.name = "explore",
     AT(explore),
     .schema = "{\"$ref\": \"#/$defs/explore\"}",
     .doc = "run every order of the first deliveries that are due at different nodes within a window"},
    {.name = "outcomes",
     .type = NT_KEY_WORDS,
     AT(outcomes),
     .words = outcome_words,
     .doc = "the set of paths that these orders lead to"},
};
const struct nt_table nt_table_expect = {.def = "expect",
                                         .noun = "'expect'",
                                         .keys = keys,
                                         .count = sizeof keys / sizeof *keys,
                                         .rest = "{\"$ref\": \"#/$defs/agent-expect\"}"};

static const struct nt_key explore_keys[] = {
    {.name = "first",
     .type = NT_KEY_U32,
     .offset = offsetof(struct nt_scn_expect, explore_first),
     .low = 1,
     .high = NT_SCN_EXPLORE_MAX,
     .flags = NT_KEY_REQUIRED,
     .doc = "number of deliveries to choose among those due together"},
    {.name = "window",
     .type = NT_KEY_TIME,
     .offset = offsetof(struct nt_scn_expect, explore_window),
     .high = NT_UNIT_TIME_MAX,
     .flags = NT_KEY_REQUIRED,
     .doc = "deliveries this close to each other may change their order"},
};
const struct nt_table nt_table_explore = NT_TABLE("explore", "'explore'", explore_keys);

struct data_form {
    struct nt_scn_count lost, lost_above, gap;
    int during;
    nt_time interval;
};

#define INTERVAL_MAX (10 * NT_SEC) /* of data during the call */

static const struct nt_word spans[] = {{"call", 1, false}, {NULL, 0, false}};
static const struct nt_key data_keys[] = {
    {.name = "lost",
     .type = NT_KEY_COUNT,
     .offset = offsetof(struct data_form, lost),
     .flags = NT_KEY_DEMANDS,
     .doc = "number of datagrams; with during, those that their sender had no pair for count, too"},
    {.name = "lost-above",
     .type = NT_KEY_COUNT,
     .offset = offsetof(struct data_form, lost_above),
     .doc = "bytes: larger data is dropped for its size; where both ways have such a limit, the lower one"},
    {.name = "during",
     .type = NT_KEY_WORD,
     .offset = offsetof(struct data_form, during),
     .words = spans,
     .doc = "call: both agents send datagrams of 200 bytes from their first selection to the end"},
    {.name = "interval",
     .type = NT_KEY_TIME,
     .offset = offsetof(struct data_form, interval),
     .low = NT_MSEC,
     .high = INTERVAL_MAX,
     .doc = "between two of them; 20ms by default"},
    {.name = "gap",
     .type = NT_KEY_SPAN,
     .offset = offsetof(struct data_form, gap),
     .doc = "with during: the longest time in which one of the agents received none of them, from its first one to the end"},
};
const struct nt_table nt_table_data = NT_TABLE("data", "'data'", data_keys);

struct packets_form {
    struct nt_scn_packets_expect e;
    const struct nt_yaml *at, *filter;
};

static const struct nt_word directions[] = {{"in", NT_DIR_IN, false}, {"out", NT_DIR_OUT, false}, {NULL, 0, false}};
static const struct nt_key packets_keys[] = {
    {.name = "at",
     .offset = offsetof(struct packets_form, at),
     .schema = "{\"type\": \"string\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "a tap, as in L.0 or nat-left.outside; a node alone is its first one, a gateway its outside"},
    {.name = "direction",
     .type = NT_KEY_WORD,
     .offset = offsetof(struct packets_form, e.direction),
     .words = directions,
     .doc = "in or out; both by default"},
    {.name = "filter",
     .offset = offsetof(struct packets_form, filter),
     .schema = "{\"type\": \"string\"}",
     .doc = "BPF over raw IP; all packets by default"},
    {.name = "count",
     .type = NT_KEY_COUNT,
     .offset = offsetof(struct packets_form, e.count),
     .flags = NT_KEY_REQUIRED,
     .doc = "number of packets, as in \">= 1\""},
};
const struct nt_table nt_table_packets = NT_TABLE("packets", "an entry of 'packets'", packets_keys);

static struct nt_place place_of(const struct nt_yaml *map, const char *key)
{
    const struct nt_yaml *v = nt_yaml_get(map, key);
    return v != NULL ? v->place : (struct nt_place){0, 0};
}

static void read_exploration(struct nt_load *l, const struct nt_yaml *section, const struct form *f, struct nt_scn_expect *e)
{
    e->outcomes = f->outcomes;
    e->outcomes_place = place_of(section, "outcomes");
    e->explore_place = place_of(section, "explore");
    if (f->explore != NULL)
        nt_table_read(l, &nt_table_explore, f->explore, e);
    else if (nt_yaml_get(section, "outcomes") != NULL)
        nt_diag_mend(nt_load_error(l, nt_yaml_get(section, "outcomes"), "'outcomes' needs 'explore'"),
                     "add explore: {first: 6, window: 5ms}");
}

/* Each key says something, or is an error. */
static void check_data_keys(struct nt_load *l, const struct nt_yaml *v, const struct data_form *f)
{
    static const char *const of_calls[] = {"interval", "gap"};
    bool during = nt_yaml_get(v, "during") != NULL;
    for (size_t i = 0; i < sizeof of_calls / sizeof *of_calls && !during; i++)
        if (nt_yaml_get(v, of_calls[i]) != NULL)
            nt_diag_mend(nt_load_error(l, nt_yaml_get(v, of_calls[i]), "'%s' has no effect without 'during'", of_calls[i]),
                         "add during: call");
    if (!during && !f->lost.set)
        nt_diag_mend(nt_load_error(l, v, "'lost' is missing"), "'data' needs it");
    else if (during && !f->lost.set && !f->gap.set)
        nt_diag_mend(nt_load_error(l, v, "'during' expects nothing by itself"), "add gap: \"<= 800ms\", or lost: 0");
}

static void read_data(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_expect *e)
{
    struct data_form f = {.interval = 20 * NT_MSEC};
    e->data_place = v->place;
    if (!nt_table_read(l, &nt_table_data, v, &f))
        return;
    check_data_keys(l, v, &f);
    e->data_lost = f.lost;
    e->lost_above = f.lost_above;
    e->data_during_call = f.during != 0;
    e->data_interval = f.interval;
    e->data_gap = f.gap;
}

static void read_packets(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_expect *e)
{
    static const struct nt_key filter = {
        .name = "filter", .type = NT_KEY_TEXT, .offset = offsetof(struct nt_scn_packets_expect, filter)};
    e->packets = nt_load_alloc(l, (nt_yaml_count(v) + 1) * sizeof *e->packets);
    for (size_t i = 0; e->packets != NULL && i < nt_yaml_count(v); i++) {
        const struct nt_yaml *item = nt_yaml_item(v, i);
        struct packets_form f = {.e = {.place = item->place}};
        if (!nt_table_read(l, &nt_table_packets, item, &f))
            continue;
        f.e.tap = nt_load_tap(l, f.at);
        if (f.filter != NULL && nt_key_read(l, &filter, f.filter, &f.e))
            nt_load_filter(l, f.filter);
        e->packets[e->packet_count++] = f.e;
    }
}

static void check_rule(struct nt_load *l, const struct nt_yaml *v)
{
    if (nt_conf_rule_find(v->text) != NULL)
        return;
    const char *names[512];
    size_t count = 0, n = 0;
    const struct nt_conf_rule *rules = nt_conf_rules(&count);
    for (; n < count && n < sizeof names / sizeof *names; n++)
        names[n] = rules[n].id;
    struct nt_diag *d = nt_load_error(l, v, "unknown rule '%s'", v->text);
    if (!nt_suggest(d, v->text, names, n))
        nt_diag_mend(d, "'natsim rules' lists them");
}

static void check_named_once(struct nt_load *l, const struct nt_yaml *list, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (list->items[k]->kind == NT_YAML_SCALAR && strcmp(list->items[k]->text, list->items[i]->text) == 0) {
            nt_diag_mend(nt_load_error(l, list->items[i], "rule '%s' is named twice", list->items[i]->text), "leave it out");
            return;
        }
}

static void read_conformance(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_expect *e)
{
    static const struct nt_word clean[] = {{"clean", 0, false}, {NULL, 0, false}};
    static const struct nt_key rule = {.name = "conformance", .type = NT_KEY_TEXT};
    int word = 0;
    e->conformance_place = v->place;
    e->conformance_asked = true;
    if (v->kind != NT_YAML_LIST) {
        nt_word_read(l, clean, "conformance", v, &word);
        return;
    }
    e->rules = nt_load_alloc(l, (v->count + 1) * sizeof *e->rules);
    for (size_t i = 0; e->rules != NULL && i < v->count; i++)
        if (nt_key_read(l, &rule, v->items[i], &e->rules[e->rule_count])) {
            check_rule(l, v->items[i]);
            check_named_once(l, v, i);
            e->rule_count++;
        }
    if (v->count == 0)
        nt_diag_mend(nt_load_error(l, v, "'conformance' is empty"), "write clean, or the rules that must be found");
}

static void read_never(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_expect *e)
{
    e->never = nt_load_alloc(l, (nt_yaml_count(v) + 1) * sizeof *e->never);
    for (size_t i = 0; e->never != NULL && i < nt_yaml_count(v); i++) {
        struct nt_scn_event *never = &e->never[e->never_count];
        never->place = nt_yaml_item(v, i)->place;
        if (nt_load_event(l, nt_yaml_item(v, i), &never->node, &never->event))
            e->never_count++;
    }
}

static void report_unknown_name(struct nt_load *l, const struct nt_yaml *key)
{
    const char *names[NAMES_MAX];
    char list[400];
    size_t count = 0;
    for (size_t i = 0; i < nt_table_expect.count; i++)
        names[count++] = nt_table_expect.keys[i].name;
    for (size_t i = 0; i < l->c->agent_count && count < NAMES_MAX; i++)
        names[count++] = l->c->agents[i].name;
    struct nt_diag *d = nt_load_error(l, key, "'%s' is neither an expectation nor an agent", key->text);
    if (!nt_suggest(d, key->text, names, count))
        nt_diag_mend(d, "'expect' has %s, and the names of agents", nt_words_join(list, sizeof list, names, nt_table_expect.count));
}

/* Every key that is not in the table names an agent. */
static void read_agents(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_expect *e)
{
    for (size_t i = 0; i < v->count; i++) {
        const struct nt_yaml *key = v->keys[i];
        if (nt_table_find(&nt_table_expect, key->text) != NULL)
            continue;
        struct nt_scn_node n = nt_load_find_node(l, key->text);
        if (n.kind == NT_SCN_NODE_AGENT)
            nt_load_agent_expect(l, v->items[i], &e->agents[n.index]);
        else
            report_unknown_name(l, key);
    }
}

void nt_load_expect(struct nt_load *l, const struct nt_yaml *section)
{
    struct nt_scn_expect *e = &l->c->expect;
    struct form f = {.limit = 600 * NT_SEC};
    e->agents = nt_load_alloc(l, (l->c->agent_count + 1) * sizeof *e->agents);
    for (size_t i = 0; e->agents != NULL && i < l->c->agent_count; i++)
        e->agents[i].state = -1;
    e->limit = f.limit;
    if (section == NULL || e->agents == NULL)
        return;
    nt_table_read_known(l, &nt_table_expect, section, &f);
    if (section->kind != NT_YAML_MAP)
        return;
    e->path = f.path;
    e->path_place = place_of(section, "path");
    if ((e->path & NT_PATH_ORACLE) != 0 && e->path != NT_PATH_ORACLE)
        nt_diag_mend(nt_load_error(l, nt_yaml_get(section, "path"), "'oracle' cannot be combined with other paths"),
                     "write path: oracle");
    if (f.data != NULL)
        read_data(l, f.data, e);
    read_exploration(l, section, &f, e);
    if (f.packets != NULL)
        read_packets(l, f.packets, e);
    if (f.conformance != NULL)
        read_conformance(l, f.conformance, e);
    if (f.never != NULL)
        read_never(l, f.never, e);
    e->within = f.within;
    e->until = f.until;
    e->limit = f.limit;
    e->within_place = place_of(section, "within");
    e->limit_place = place_of(section, "limit");
    if (e->until > e->limit)
        nt_diag_mend(nt_load_error(l, nt_yaml_get(section, "until"), "'until' is beyond 'limit'"),
                     "write a larger 'limit': it is 10m by default");
    read_agents(l, section, e);
}
