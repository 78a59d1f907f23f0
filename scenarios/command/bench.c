#include "scenarios/command/bench.h"
#include "scenarios/command/bench_cases.h"
#include "scenarios/command/bench_cost.h"
#include "scenarios/command/bench_hops.h"
#include "scenarios/command/bench_stun.h"
#include "scenarios/command/carrier_module.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// clang-format off
static const struct row {
    const char *name, *item, *help;
    bool (*measure)(struct nt_bench *b);
    unsigned rounds; /* without --runs */
} rows[] = {
    {"check-written", "message", "a connectivity check: built and signed", nt_bench_check_written, 20},
    {"check-read", "message", "a connectivity check: parsed and verified", nt_bench_check_read, 20},
    {"hop", "packet", "a packet over one network, in a ring of 100 nodes", nt_bench_hop, 20},
    {"nat-hop", "datagram", "a datagram: made, sent through a NAT between two networks, received", nt_bench_nat_hop, 20},
    {"relay", "datagram", "a datagram through a TURN client and server, half of them each way", nt_bench_relay, 20},
    {"world", "case", "a classic case: its world built and run, unjudged", nt_bench_world, 8},
    {"judge", "packet", "a classic case judged, for each packet at a tap", nt_bench_judge, 8},
    {"outputs", "case", "a classic case: scenario read, result handed on, reports written", nt_bench_outputs, 8},
    {"case", "case", "a classic case of 'run --capture none': all of it, all processes", nt_bench_case, 8},
    {"captures", "case", "a classic case of 'run': the same with its capture", nt_bench_captures, 8},
};
// clang-format on

enum { ROWS = sizeof rows / sizeof *rows };

static bool is_wanted(const struct nt_options *o, const char *name)
{
    for (size_t i = 0; i < o->args.count; i++)
        if (strcmp(o->args.items[i], name) == 0)
            return true;
    return o->args.count == 0;
}

static bool names_are_known(const struct nt_options *o)
{
    const char *names[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        names[i] = rows[i].name;
    for (size_t i = 0; i < o->args.count; i++) {
        const char *given = o->args.items[i], *near = nt_nearest(given, names, ROWS);
        bool known = false;
        for (size_t k = 0; k < ROWS; k++)
            known = known || strcmp(given, names[k]) == 0;
        if (known)
            continue;
        if (near != NULL)
            nt_say_error("nothing to measure is named '%s': did you mean '%s'?", given, near);
        else
            nt_say_error("nothing to measure is named '%s': 'natsim bench' without a name measures all there is", given);
        return false;
    }
    return true;
}

/* The cost of one, rounded. */
static uint64_t cost_of_one(const struct nt_bench *b)
{
    return (b->cost + b->items / 2) / b->items;
}

static void print_row(const struct row *row, const struct nt_bench *b, bool json, bool first)
{
    if (json)
        printf("%s\n  {\"name\": \"%s\", \"of\": \"%s\", \"count\": %" PRIu64 ", \"each\": %" PRIu64 "}", first ? "" : ",",
               row->name, row->item, b->items, cost_of_one(b));
    else
        printf("%-13s  %12" PRIu64 "  %10" PRIu64 " %-9s %s\n", row->name, cost_of_one(b), b->items, row->item, row->help);
    fflush(stdout);
}

static int measure_rows(const struct nt_options *o, const struct nt_carrier_ops *carrier)
{
    bool first = true;
    for (size_t i = 0; i < ROWS; i++) {
        struct nt_bench b = {.carrier = carrier, .rounds = o->runs > 0 ? o->runs : rows[i].rounds};
        if (!is_wanted(o, rows[i].name))
            continue;
        if (!rows[i].measure(&b) || b.items == 0) {
            fprintf(stderr, "natsim: %s could not be measured\n", rows[i].name);
            return NT_EXIT_BROKEN;
        }
        print_row(&rows[i], &b, o->json, first);
        first = false;
    }
    return NT_EXIT_OK;
}

int nt_command_bench(const struct nt_options *o)
{
    struct nt_diags diags = {0};
    const struct nt_carrier_ops *carrier = nt_carrier_load(o->carrier, &diags);
    if (carrier == NULL) {
        nt_complain(&diags);
        return NT_EXIT_USAGE;
    }
    if (!names_are_known(o))
        return NT_EXIT_USAGE;
    if (o->json)
        printf("{\"natsim\": \"" NATSIM_VERSION "\", \"unit\": \"%s\", \"carrier\": \"%s\", \"rows\": [", nt_bench_unit(),
               carrier->name);
    else
        printf("%-13s  %12s  %10s %s\n", "", nt_bench_unit(), "of", "");
    int r = measure_rows(o, carrier);
    if (o->json && r == NT_EXIT_OK)
        puts("\n]}");
    return r;
}
