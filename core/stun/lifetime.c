/* Binding lifetime discovery (RFC 5780, 4.6): a binding is made from port X and left alone for T; then a request from port Y
 * lets the server answer to X's mapped port. A binary search over T, each time with fresh ports. */
#include "core/stun/lifetime.h"

#define PRECISION NT_SEC
/* Behind a pool of external addresses Y may get another one than X; then another Y is tried. */
#define CONTROLS_MAX 8
/* Traffic both ways for longer than this makes a stream (Linux: 2 s). */
#define STREAM_AFTER (3 * NT_SEC)

static void receiver_ready(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void binding_replied(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void ask_again(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void binding_made(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void ask_control(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void control_answered(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void probe_answered(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);

static void start_test(struct nt_discovery *d, nt_time wait)
{
    static nt_discovery_step *const first[NT_LIFETIME_PHASES] = {
        [NT_LIFETIME_REPLIED] = binding_made, [NT_LIFETIME_NEW] = receiver_ready, [NT_LIFETIME_STREAM] = binding_replied};
    d->life.wait = wait;
    d->life.controls = 0;
    d->life.socket = nt_discovery_ask_fresh(d, (struct nt_probe_question){.to = d->server[0]}, first[d->lifetime_phase]);
}

void nt_lifetime_start(struct nt_discovery *d, nt_time now)
{
    (void)now;
    if (d->lifetime_max == 0)
        nt_discovery_finish(d);
    else
        start_test(d, 0);
}

static bool has_bound(struct nt_discovery *d, const struct nt_probe_answer *a)
{
    bool bound = a != NULL && a->code == 0;
    if (!bound)
        nt_discovery_give_up(d, "lifetime: the server did not answer when a binding was made");
    return bound;
}

/* A binding of X without a reply: the answer goes to another port, and tells X's mapped address all the same. */
static void receiver_ready(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    (void)now;
    if (!has_bound(d, a))
        return;
    struct nt_probe_question q = {.to = d->server[0], .response_port = a->mapped.port};
    d->life.socket = nt_discovery_ask_fresh(d, q, binding_made);
}

static void binding_replied(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    if (has_bound(d, a))
        nt_discovery_sleep(d, nt_time_after(now, STREAM_AFTER), ask_again);
}

static void ask_again(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    struct nt_probe_question q = {.socket = d->life.socket, .to = d->server[0]};
    (void)a, (void)now;
    nt_discovery_ask(d, &q, binding_made);
}

static void binding_made(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    if (!has_bound(d, a))
        return;
    d->life.sent = a->sent;
    d->life.answered = a->at;
    d->life.mapped = a->mapped;
    if (d->life.wait == 0)
        ask_control(d, NULL, now);
    else
        nt_discovery_sleep(d, nt_time_after(now, d->life.wait), ask_control);
}

static void ask_control(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    (void)a, (void)now;
    d->life.controls++;
    d->life.control = nt_discovery_ask_fresh(d, (struct nt_probe_question){.to = d->server[0]}, control_answered);
}

static void try_another_control(struct nt_discovery *d, nt_time now)
{
    if (d->life.controls == CONTROLS_MAX)
        nt_discovery_give_up(d, "lifetime: eight ports in a row got other external addresses than the one that is measured");
    else
        ask_control(d, NULL, now);
}

/* "from a different source port, Y ... contains an RESPONSE-PORT attribute, set to Pp": the answer goes to Y's address, which
 * must be X's. */
static void control_answered(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    if (a == NULL || a->code != 0) {
        nt_discovery_give_up(d, "lifetime: the server did not answer a second port");
        return;
    }
    if (!nt_addr_same_ip(&a->mapped, &d->life.mapped)) {
        try_another_control(d, now);
        return;
    }
    struct nt_probe_question q = {.socket = d->life.control, .to = d->server[0], .response_port = d->life.mapped.port};
    d->life.rtt = a->at - a->sent;
    nt_discovery_ask(d, &q, probe_answered);
}

/* The next T, or the end. The first test (T = 0) shows that the method works here, the second that there is an end. The search
 * halves at most 2^63 ns to a second: 36 tests. */
static void next_test(struct nt_discovery *d, bool alive)
{
    struct nt_discovery_result *r = &d->result;
    if (d->life.tests == 1 && alive) {
        start_test(d, d->lifetime_max);
        return;
    }
    if (d->life.tests == 2 && alive)
        r->lifetime_high = NT_TIME_NEVER;
    if (d->life.tests == 1)
        nt_discovery_lack(d, "lifetime: what the server sends to the other port does not arrive, even at once");
    if (d->life.tests == 1 || r->lifetime_high == NT_TIME_NEVER ||
        r->lifetime_high - r->lifetime_low <= PRECISION + 8 * d->life.rtt) {
        nt_discovery_finish(d);
        return;
    }
    start_test(d, r->lifetime_low + (r->lifetime_high - r->lifetime_low) / 2);
}

/* "If the client receives the Binding Response on port X, it knows that the binding has not expired. If the client receives
 * the Binding Response on port Y ... or receives no response at all, it knows that the binding has expired." The bounds hold
 * for the NAT's clock: it saw X's traffic between request and answer, and the probe within a round trip. */
static void probe_answered(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    nt_time asked = d->probe.txn.started;
    bool alive = a != NULL && a->code == 0 && a->socket == d->life.socket;
    (void)now;
    if (a != NULL && a->code != 0) { /* 420 */
        nt_discovery_give_up(d, "lifetime: the server has no RESPONSE-PORT");
        return;
    }
    d->life.tests++;
    if (alive && asked - d->life.answered > d->result.lifetime_low)
        d->result.lifetime_low = asked - d->life.answered;
    if (!alive && d->life.tests > 1) {
        nt_time gone = asked + d->life.rtt - d->life.sent;
        if (d->life.tests == 2 || gone < d->result.lifetime_high)
            d->result.lifetime_high = gone;
    }
    next_test(d, alive);
}
