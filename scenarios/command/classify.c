/* natsim classify: measures every policy and preset, and compares the result with its configuration. */
#include "scenarios/command/classify.h"
#include "core/base/err.h"
#include "natsim/nat/policy/presets.h"
#include "scenarios/classify/compare.h"
#include "scenarios/classify/measure.h"
#include "scenarios/command/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAME_BYTES 80

struct row {
    char name[NAME_BYTES];
    struct nt_nat_policy policy;
};

struct survey {
    const struct nt_options *o;
    bool found[NT_OPTION_LIST_MAX]; /* by the arguments: some policy has it in its name */
    int problems;
    size_t count;
};

static void format_life(const struct nt_discovery_result *m, char *text, size_t cap)
{
    if (m->lifetime_high == NT_TIME_NEVER)
        snprintf(text, cap, ">%" PRId64, m->lifetime_low / NT_SEC);
    else
        snprintf(text, cap, "%" PRId64, (m->lifetime_high + NT_SEC / 2) / NT_SEC);
}

static void print_row(const struct row *row, const struct nt_discovery_result m[NT_LIFETIME_PHASES], int problems)
{
    char fresh[24], replied[24], stream[24], life[80];
    format_life(&m[NT_LIFETIME_NEW], fresh, sizeof fresh);
    format_life(&m[NT_LIFETIME_REPLIED], replied, sizeof replied);
    format_life(&m[NT_LIFETIME_STREAM], stream, sizeof stream);
    snprintf(life, sizeof life, "%s/%s/%s s", fresh, replied, stream);
    printf("%-65s %-27s %-27s %-8s %-9s %-8s %-14s %s\n", row->name, nt_behaviour_name(m->mapping), nt_behaviour_name(m->filtering),
           !m->hairpin_known     ? "-"
           : !m->hairpin         ? "no"
           : m->hairpin_external ? "external"
                                 : "internal",
           m->port_preservation == 1   ? "kept"
           : m->port_preservation == 0 ? "not kept"
                                       : "?",
           m->pinned == 1   ? "pinned"
           : m->pinned == 0 ? "table"
                            : "-",
           life, problems == 0 ? "as configured" : "NOT AS CONFIGURED");
}

static bool is_wanted(struct survey *s, const char *name)
{
    bool wanted = s->o->args.count == 0;
    for (size_t i = 0; i < s->o->args.count; i++)
        if (strstr(name, s->o->args.items[i]) != NULL)
            wanted = s->found[i] = true;
    return wanted;
}

/* Measures and counts the row, if its name is asked for. */
static int measure_row(struct survey *s, const struct row *row)
{
    if (!is_wanted(s, row->name))
        return NT_EXIT_OK;
    if (s->count++ == 0)
        printf("%-65s %-27s %-27s %-8s %-9s %-8s %-14s\n", "policy", "mapping", "filtering", "hairpin", "port", "replies",
               "life by phase");
    struct nt_discovery_result m[NT_LIFETIME_PHASES] = {0};
    int r = nt_classify(&row->policy, s->o->seed_given ? s->o->seed : 1, m);
    if (r != NT_OK) {
        printf("%s: %s\n", row->name, nt_strerror(r));
        return NT_EXIT_BROKEN;
    }
    int found = nt_classify_compare(row->name, &row->policy, m, stdout);
    print_row(row, m, found);
    for (size_t i = 0; i < NT_DISCOVERY_LACKS && m->lacks[i] != NULL; i++)
        printf("  %s: not measured: %s\n", row->name, m->lacks[i]);
    s->problems += found;
    return NT_EXIT_OK;
}

/* The nine mapping and filtering pairs, and three in which the flows are the filter, each with both kinds of replies and three of
 * hairpinning. */
static int measure_pairs(struct survey *s)
{
    static const char *const mappings[] = {"ei", "ad", "apd"}, *const filterings[] = {"ei", "ad", "apd", "flow"};
    static const char *const hairpins[] = {"none", "internal-source", "external-source"};
    for (int i = 0; i < 72; i++) {
        int mapping = i / 24, filtering = i / 6 % 4, pinned = i / 3 % 2;
        struct row row;
        const char *what;
        nt_nat_policy_init(&row.policy);
        row.policy.mapping = (enum nt_dependence)(NT_DEP_ENDPOINT_INDEPENDENT + mapping);
        row.policy.filtering =
            filtering == 3 ? NT_DEP_ADDRESS_AND_PORT : (enum nt_dependence)(NT_DEP_ENDPOINT_INDEPENDENT + filtering);
        row.policy.filter_scope = filtering == 3 ? NT_SCOPE_FLOW : NT_SCOPE_MAPPING;
        row.policy.replies = (enum nt_replies)pinned;
        row.policy.hairpin = (enum nt_hairpin)(i % 3);
        nt_nat_policy_finish(&row.policy, false, &what);
        snprintf(row.name, sizeof row.name, "mapping=%s,filtering=%s,replies=%s,hairpin=%s", mappings[mapping],
                 filterings[filtering], pinned ? "pinned" : "table", hairpins[i % 3]);
        int r = measure_row(s, &row);
        if (r != NT_EXIT_OK)
            return r;
    }
    return NT_EXIT_OK;
}

static int measure_presets(struct survey *s)
{
    size_t n;
    const struct nt_nat_preset *presets = nt_nat_presets(&n);
    for (size_t i = 0; i < n; i++) {
        struct row row;
        const char *what;
        nt_nat_policy_init(&row.policy);
        presets[i].set(&row.policy);
        nt_nat_policy_finish(&row.policy, row.policy.ports != 0, &what);
        snprintf(row.name, sizeof row.name, "%s", presets[i].name);
        int r = row.policy.kind == NT_GW_TRANSLATE ? measure_row(s, &row) : NT_EXIT_OK;
        if (r != NT_EXIT_OK)
            return r;
    }
    return NT_EXIT_OK;
}

/* How many of the arguments named no policy. */
static size_t complain_of_unknown(const struct survey *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->o->args.count; i++)
        if (!s->found[i]) {
            nt_say_error("no policy that translates has '%s' in its name: 'natsim presets' lists the presets", s->o->args.items[i]);
            n++;
        }
    return n;
}

int nt_command_classify(const struct nt_options *o)
{
    struct survey s = {.o = o};
    int r = measure_pairs(&s);
    if (r == NT_EXIT_OK)
        r = measure_presets(&s);
    if (r == NT_EXIT_OK && s.count > 0)
        printf("%zu policies measured, %d differences\n", s.count, s.problems);
    if (r == NT_EXIT_OK && complain_of_unknown(&s) > 0)
        r = NT_EXIT_USAGE;
    return r != NT_EXIT_OK ? r : s.problems > 0 ? NT_EXIT_FAILED : NT_EXIT_OK;
}
