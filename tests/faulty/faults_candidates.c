#include "tests/faulty/faults_candidates.h"
#include "tests/faulty/faulty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CANDIDATE "a=candidate:"

static bool tells_candidate(const struct fault_event *e)
{
    return tells(e) && sdp_line(e->sdp, CANDIDATE, 0) != NULL;
}

/* One more candidate, before the first. */
static void add_candidate(struct fault_event *e, struct fault_memory *m, const char *rest)
{
    char line[SDP_LINE_MAX];
    if (m->done)
        return;
    m->done = true;
    snprintf(line, sizeof line, CANDIDATE "%.400s", rest);
    sdp_insert_before(e->sdp, sdp_line(e->sdp, CANDIDATE, 0), line);
}

/* The n-th word of the first candidate. */
static void set_word(struct fault_event *e, struct fault_memory *m, size_t word, const char *text)
{
    if (!m->done)
        sdp_set_word(e->sdp, CANDIDATE, 0, word, text);
    m->done = true;
}

static void loopback(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 2130704127 127.0.0.1 5000 typ host");
}

static void site_local(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 2130704127 fec0::1 5000 typ host");
}

static void v4_compatible(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 2130704127 ::10.1.0.77 5000 typ host");
}

static void name(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 2130704127 host.example 5000 typ host");
}

static void mdns_name(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 2130704127 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 5000 typ host");
}

static void no_raddr(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 1694496511 203.0.113.77 5000 typ srflx");
}

static void raddr_alone(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 1694496511 203.0.113.77 5000 typ srflx raddr 10.1.0.77");
}

static void raddr_at_host(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 2130704127 10.1.0.77 5000 typ host raddr 10.1.0.77 rport 5000");
}

static void priority_zero(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 0 10.1.0.77 5000 typ host");
}

static void priority_too_large(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 2147483648 10.1.0.77 5000 typ host");
}

static void type_preference(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 2147481343 10.1.0.77 5000 typ host");
}

static void same_type_preference(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 2130704127 203.0.113.77 5000 typ srflx raddr 10.1.0.77 rport 5000");
}

static void component_in_priority(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 2130704100 10.1.0.77 5000 typ host");
}

static void component_3(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 3 UDP 2130704125 10.1.0.77 5000 typ host");
}

static void component_0(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 0 UDP 2130704127 10.1.0.77 5000 typ host");
}

static void long_foundation(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "abcdefghijklmnopqrstuvwxyzabcdefghi 1 UDP 2130704127 10.1.0.77 5000 typ host");
}

static void unknown_type(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 2130704127 10.1.0.77 5000 typ other");
}

static void unknown_transport(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 SCTP 2130704127 10.1.0.77 5000 typ host");
}

static void large_port(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 1 UDP 2130704127 10.1.0.77 65536 typ host");
}

static void negative_component(struct fault_event *e, struct fault_memory *m)
{
    add_candidate(e, m, "77 -1 UDP 2130704127 10.1.0.77 5000 typ host");
}

/* The first candidate once more, with one word changed. */
static void add_copy(struct fault_event *e, struct fault_memory *m, size_t word, const char *text)
{
    char line[SDP_LINE_MAX];
    if (m->done || !sdp_get(e->sdp, CANDIDATE, 0, line))
        return;
    m->done = true;
    sdp_insert_before(e->sdp, sdp_line(e->sdp, CANDIDATE, 0), line);
    sdp_set_word(e->sdp, CANDIDATE, 0, word, text);
}

static void equal_priorities(struct fault_event *e, struct fault_memory *m)
{
    add_copy(e, m, 5, "4999");
}

/* After it, with the next local preference. */
static void redundant(struct fault_event *e, struct fault_memory *m)
{
    char priority[SDP_LINE_MAX], line[SDP_LINE_MAX];
    if (m->done || !sdp_get_word(e->sdp, CANDIDATE, 0, 3, priority) || !sdp_get(e->sdp, CANDIDATE, 0, line))
        return;
    m->done = true;
    sdp_insert_before(e->sdp, sdp_line(e->sdp, CANDIDATE, 0), line);
    snprintf(priority, sizeof priority, "%lu", strtoul(priority, NULL, 10) - 100 * 256);
    sdp_set_word(e->sdp, CANDIDATE, 1, 3, priority);
}

static void shared_foundation(struct fault_event *e, struct fault_memory *m)
{
    char foundation[SDP_LINE_MAX], line[SDP_LINE_MAX];
    sdp_get_word(e->sdp, CANDIDATE, 0, 0, foundation);
    snprintf(line, sizeof line, "%.60s 1 UDP 1694496511 203.0.113.77 5000 typ srflx raddr 10.1.0.77 rport 5000",
             foundation + strlen(CANDIDATE));
    add_candidate(e, m, line);
}

/* --- what is told when --- */

static void end_early(struct fault_event *e, struct fault_memory *m)
{
    if (!offers(e) || m->done)
        return;
    m->done = true;
    sdp_append(e->sdp, "a=end-of-candidates");
    e->changed = true;
}

static void trickle_late(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->held = tells_candidate(e) && e->sdp->kind == NT_SIP_INFO ? 5 * NT_SEC : 0;
}

static void trickle_nothing(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->dropped = tells_candidate(e) && e->sdp->kind == NT_SIP_INFO;
}

static void reversed(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    sdp_reverse(e->sdp, CANDIDATE);
}

static void wrong_component(struct fault_event *e, struct fault_memory *m)
{
    set_word(e, m, 1, "2");
}

#define ADDS(name, does, edits)                                                                                                    \
    {                                                                                                                              \
        name, does, NT_APP_SIGNALLING, .when = tells_candidate, .edit = (edits)                                                    \
    }

const struct fault faults_of_candidates[] = {
    ADDS("loopback", "it has a candidate 127.0.0.1", loopback),
    ADDS("site-local", "it has a candidate fec0::1", site_local),
    ADDS("v4-compatible", "it has a candidate ::10.1.0.77", v4_compatible),
    ADDS("name", "it has a candidate with a name", name),
    ADDS("mdns-name", "it has a candidate with a name of mDNS", mdns_name),
    ADDS("no-raddr", "it has a server-reflexive candidate without raddr and rport", no_raddr),
    ADDS("raddr-without-rport", "it has a server-reflexive candidate with raddr alone", raddr_alone),
    ADDS("raddr-at-host", "it has a host candidate with raddr and rport", raddr_at_host),
    ADDS("priority-zero", "it has a candidate of priority 0", priority_zero),
    ADDS("priority-too-large", "it has a candidate of priority 2^31", priority_too_large),
    ADDS("type-preference-127", "it has a candidate whose type preference is 127", type_preference),
    ADDS("same-type-preference", "its server-reflexive candidate has the type preference of hosts", same_type_preference),
    ADDS("component-in-priority", "the last byte of a candidate's priority does not fit its component", component_in_priority),
    ADDS("component-3", "it has candidates of the components 1 and 3", component_3),
    ADDS("component-0", "it has a candidate of component 0", component_0),
    ADDS("component-2-alone", "its first candidate is of component 2", wrong_component),
    ADDS("negative-component", "it has a candidate of component -1", negative_component),
    ADDS("long-foundation", "it has a candidate whose foundation has 35 characters", long_foundation),
    ADDS("large-port", "it has a candidate with port 65536", large_port),
    ADDS("unknown-type", "does right: it has a candidate of an unknown type", unknown_type),
    ADDS("unknown-transport", "does right: it has a candidate of an unknown transport", unknown_transport),
    ADDS("candidate-lines-reversed", "does right: its candidates stand in the other order", reversed),
    ADDS("equal-priorities", "it has two candidates of one priority", equal_priorities),
    ADDS("redundant", "it has two candidates with one address and one base", redundant),
    ADDS("shared-foundation", "two candidates of different types share a foundation", shared_foundation),
    {"ends-early", "it trickles candidates after it has said that there are no more", NT_APP_SIGNALLING, .tells = end_early},
    {"trickles-late", "it trickles its candidates 5 s late", NT_APP_SIGNALLING, .tells = trickle_late},
    {"trickles-nothing", "it pairs candidates that it does not trickle", NT_APP_SIGNALLING, .tells = trickle_nothing},
    {0},
};
