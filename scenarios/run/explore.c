#include "scenarios/run/explore.h"
#include "reports/result/words.h"
#include "scenarios/judge/outcome.h"
#include "scenarios/model/verdict.h"

#include <stdio.h>
#include <string.h>

#define PATHS_TEXT 40

/* "direct, relayed": an exploration finds all of them, an expectation of `path` one. */
static const char *paths_list(unsigned paths, char buf[PATHS_TEXT])
{
    size_t len = 0;
    buf[0] = '\0';
    for (unsigned bit = NT_PATH_DIRECT; bit <= NT_PATH_NONE; bit <<= 1)
        if ((paths & bit) != 0)
            len += (size_t)snprintf(buf + len, PATHS_TEXT - len, "%s%s", len > 0 ? ", " : "", nt_path_name(bit));
    return buf;
}

/* Adds the order to the reason. */
static void add_order(struct nt_result_case *r, const struct nt_orders *orders)
{
    char text[3 * NT_SCN_EXPLORE_MAX + 1];
    char reason[NT_VERDICT_REASON + sizeof text];
    snprintf(reason, sizeof reason, "%s (in the order %s)", r->reason, nt_orders_text(orders, text, sizeof text));
    if (nt_result_reword_reason(r, reason) != NT_OK)
        r->outcome = NT_ERROR;
}

static void judge_outcomes(const struct nt_scn_case *c, unsigned seen, uint32_t runs, bool all, struct nt_result_case *out)
{
    struct nt_verdict v = {.fallback = c->place};
    char want[PATHS_TEXT], found[PATHS_TEXT];
    if (!all)
        nt_verdict_error(&v, "more than %d orders: lower 'first' of explore", NT_ORDERS_MAX);
    else if (c->expect.outcomes != 0 && seen != c->expect.outcomes)
        nt_verdict_fail(&v, c->expect.outcomes_place, 0, "outcomes: expected %s, found %s in %u orders",
                        paths_list(c->expect.outcomes, want), paths_list(seen, found), (unsigned)runs);
    if (c->expect.outcomes != 0)
        out->expected_paths = c->expect.outcomes;
    if (v.outcome != NT_PASS)
        nt_verdict_give(&v, out);
}

static void explore(const struct nt_scn_case *c, const struct nt_run_options *options, struct nt_capture *capture,
                    const struct nt_run_listener *listener, struct nt_result_case *out)
{
    struct nt_orders orders;
    unsigned seen = 0;
    uint32_t runs = 0;
    bool more = true;
    nt_orders_start(&orders, c->expect.explore_first);
    for (; more && runs < NT_ORDERS_MAX; runs++) {
        struct nt_result_case one;
        nt_run_order(c, options, capture, NULL, &orders, &one);
        if (one.outcome != NT_PASS) {
            add_order(&one, &orders);
            *out = one;
            return;
        }
        seen |= one.path != NULL ? nt_path_by_name(one.path) : 0;
        nt_result_case_free(&one);
        more = nt_orders_next(&orders);
    }
    nt_orders_start(&orders, c->expect.explore_first);
    nt_run_order(c, options, capture, listener, &orders, out);
    if (out->outcome == NT_PASS)
        judge_outcomes(c, seen, runs, !more, out);
}

static void skip(const struct nt_scn_case *c, const struct nt_run_options *options, struct nt_result_case *out)
{
    struct nt_verdict v = {.outcome = NT_SKIP, .line = c->skip.place.line};
    nt_verdict_put(&v, "%s", c->skip.why);
    if (nt_result_identify(c, options->seed, options->seed_in_id, "out of memory", out) == NT_OK)
        nt_verdict_give(&v, out);
}

void nt_run_case(const struct nt_scn_case *c, const struct nt_run_options *options, struct nt_capture *capture,
                 const struct nt_run_listener *listener, struct nt_result_case *out)
{
    if (c->skip.why != NULL)
        skip(c, options, out);
    else if (c->expect.explore_first > 0)
        explore(c, options, capture, listener, out);
    else
        nt_run_order(c, options, capture, listener, NULL, out);
}
