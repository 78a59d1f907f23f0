#include "scenarios/command/rules.h"

#include "scenarios/command/carrier_module.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/say.h"
#include "scenarios/command/selection.h"
#include "scenarios/run/explore.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tally { /* of a rule: cases that exercise it, breaches, (case, party) that it could not judge */
    uint32_t cases;
    uint64_t found, not_judged;
};

struct tallies {
    size_t cases; /* that ran */
    const struct nt_conf_rule *rules;
    size_t count;
    struct tally *of;
};

static const char *who(const struct nt_conf_rule *rule)
{
    return (rule->binds & NT_CONF_BINDS_SERVER) != 0   ? "servers"
           : (rule->binds & NT_CONF_BINDS_FULL) != 0   ? "full ICE agents"
           : (rule->binds & NT_CONF_BINDS_ICE) != 0    ? "ICE agents"
           : (rule->binds & NT_CONF_BINDS_CLIENT) != 0 ? "clients"
                                                       : "everybody";
}

static int print_rules(void)
{
    size_t count;
    const struct nt_conf_rule *rules = nt_conf_rules(&count);
    for (size_t i = 0; i < count; i++)
        printf("%-30s %-7s  binds %s: %s\n", rules[i].id, nt_conf_level_name(rules[i].level), who(&rules[i]), rules[i].text);
    printf("%zu rules\n", count);
    return NT_EXIT_OK;
}

static void count_findings(struct tallies *t, const struct nt_conf_findings *found)
{
    for (size_t i = 0; i < found->count; i++)
        t->of[found->of[i].rule - t->rules].found += found->of[i].count;
}

static void count_case(void *user, const struct nt_conf_verdict *verdict)
{
    struct tallies *t = user;
    for (size_t i = 0; i < t->count; i++)
        t->of[i].cases += nt_conf_is_exercised(verdict, &t->rules[i]);
    count_findings(t, &verdict->violations);
    count_findings(t, &verdict->advice);
    for (size_t i = 0; i < verdict->not_judged_count; i++)
        t->of[verdict->not_judged[i].rule - t->rules].not_judged++;
}

/* What is skipped exercises nothing, and is not counted. */
static int run_case(const struct nt_options *o, const struct nt_carrier_ops *carrier, const struct nt_selection *s, size_t i,
                    struct tallies *t)
{
    struct nt_diags diags = {0};
    struct nt_scn_case *c = nt_selection_case(s, i, o, &diags);
    if (c == NULL) {
        nt_complain(&diags);
        return NT_EXIT_USAGE;
    }
    struct nt_capture capture;
    struct nt_result_case result;
    struct nt_run_listener listener = {.judged = count_case, .user = t};
    struct nt_run_options options = {
        .seed = nt_selection_seed(s, i, c), .seed_in_id = s->cases[i].seed_in_id, .carrier = carrier, .until = o->until};
    nt_capture_init(&capture);
    nt_run_case(c, &options, &capture, &listener, &result);
    t->cases += result.outcome != NT_SKIP;
    int code = result.outcome == NT_ERROR ? NT_EXIT_BROKEN : NT_EXIT_OK;
    if (code != NT_EXIT_OK || result.outcome == NT_SKIP)
        nt_say_error("%s: %s%s", result.id, code == NT_EXIT_OK ? "skipped: " : "", result.reason);
    nt_result_case_free(&result);
    nt_capture_free(&capture);
    nt_scn_case_del(c);
    return code;
}

static void print_tallies(const struct tallies *t)
{
    size_t exercised = 0;
    printf("%-30s %-7s %9s %9s %10s\n", "rule", "level", "cases", "broken", "not judged");
    for (size_t i = 0; i < t->count; i++) {
        exercised += t->of[i].cases > 0;
        printf("%-30s %-7s %9" PRIu32 " %9" PRIu64 " %10" PRIu64 "\n", t->rules[i].id, nt_conf_level_name(t->rules[i].level),
               t->of[i].cases, t->of[i].found, t->of[i].not_judged);
    }
    printf("%zu of %zu rules exercised by %zu case%s\n", exercised, t->count, t->cases, t->cases == 1 ? "" : "s");
}

static int run_cases(const struct nt_options *o, const struct nt_carrier_ops *carrier, const struct nt_selection *s)
{
    struct tallies t = {.rules = nt_conf_rules(&t.count)};
    t.of = calloc(t.count, sizeof *t.of);
    int r = t.of != NULL ? NT_EXIT_OK : NT_EXIT_BROKEN;
    for (size_t i = 0; i < s->count && r == NT_EXIT_OK; i++)
        r = run_case(o, carrier, s, i, &t);
    if (r == NT_EXIT_OK)
        print_tallies(&t);
    free(t.of);
    return r;
}

int nt_command_rules(const struct nt_options *o)
{
    struct nt_selection s;
    struct nt_diags diags = {0};
    const struct nt_carrier_ops *carrier = NULL;
    if (o->args.count == 0 && o->given != 0) {
        fputs("natsim: rules takes flags with scenarios alone: name files, folders or suites\n", stderr);
        return NT_EXIT_USAGE;
    }
    if (o->args.count == 0)
        return print_rules();
    int r = nt_select(&s, o, NULL, NT_CARRIER_ANY, &diags);
    if (r == NT_EXIT_OK && (carrier = nt_carrier_load(o->carrier, &diags)) == NULL)
        r = NT_EXIT_USAGE;
    if (r != NT_EXIT_OK)
        nt_complain(&diags);
    else
        r = run_cases(o, carrier, &s);
    nt_selection_free(&s);
    return r;
}
