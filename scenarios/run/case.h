/* One run of a case, from its plain data to its result: build the world, run it, judge it. */
#ifndef NT_RUN_CASE_H
#define NT_RUN_CASE_H

#include "pcap/capture.h"
#include "reports/conformance/conformance.h"
#include "reports/result/result.h"
#include "scenarios/programs/program_log.h"
#include "scenarios/run/orders.h"
#include "scenarios/world/hooks.h"

struct nt_run_options {
    uint64_t seed;
    bool seed_in_id;                      /* "#seed=N" */
    const struct nt_carrier_ops *carrier; /* NULL: the built-in one */
    nt_time until;                        /* --until; 0: none */
    struct nt_program_logs logs;          /* of real programs; zero: none */
    struct nt_app_wrapper wrapper;        /* before our own agents and servers; zero: none */
    size_t story;                         /* events that the result tells at most; 0: neither events nor topology */
};

struct nt_run_listener {
    /* Each trace event but packets; NULL: none is wanted. */
    void (*event)(void *user, const struct nt_scn_case *c, struct nt_scn_node node, const struct nt_trace_event *ev);
    void (*judged)(void *user, const struct nt_conf_verdict *verdict); /* what the rules found; NULL: not wanted */
    void *user;
};

/* One run of the world. `orders`: the order of its deliveries; NULL: the order of time. Fills *out (freed with nt_result_case_free)
 * whatever happens; a fault of natsim itself is the outcome NT_ERROR. The capture is the caller's and holds the packets afterwards;
 * out->capture stays NULL. `listener` may be NULL. */
void nt_run_order(const struct nt_scn_case *c, const struct nt_run_options *options, struct nt_capture *capture,
                  const struct nt_run_listener *listener, struct nt_orders *orders, struct nt_result_case *out);

#endif
