/* The discovery as an endpoint: it gives the running test its answers and the time. */
#include "core/stun/discovery.h"

#include "core/stun/behaviour.h"

#include <stdlib.h>

struct nt_discovery *nt_discovery_new(const struct nt_discovery_config *config)
{
    struct nt_discovery *d = malloc(sizeof *d);
    if (d != NULL)
        nt_discovery_init(d, config);
    return d;
}

void nt_discovery_del(struct nt_discovery *d)
{
    free(d);
}

void nt_discovery_start(struct nt_discovery *d, nt_time now)
{
    nt_behaviour_start(d, now);
}

const struct nt_discovery_result *nt_discovery_result(const struct nt_discovery *d)
{
    return &d->result;
}

/* NULL: taken; otherwise why it is dropped. */
static const struct nt_why *take_datagram(struct nt_discovery *d, const struct nt_path *path, const uint8_t *bytes, size_t len,
                                          nt_time now)
{
    static const struct nt_why over = {NT_DISCARD_STATE, "the discovery is over"},
                               no_question = {NT_DISCARD_NO_TRANSACTION, "a response to no running question"},
                               no_hairpin = {NT_DISCARD_UNRELATED, "a request that is none of ours, come back"};
    struct nt_stun_msg m;
    struct nt_probe_answer a;
    if (d->result.done)
        return &over;
    int err = nt_stun_parse(&m, bytes, len);
    if (err != NT_OK)
        return nt_stun_flaw(err);
    if (m.class_ == NT_STUN_REQUEST && m.method == NT_STUN_BINDING)
        return nt_hairpin_heard(d, path, m.id) ? NULL : &no_hairpin;
    if (!nt_probe_take(&d->probe, path, &m, &a, now))
        return &no_question;
    d->next(d, &a, now);
    return NULL;
}

static void discovery_timer(void *self, nt_time now)
{
    nt_discovery_run(self, now);
}

static void discovery_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len,
                            nt_time now)
{
    struct nt_discovery *d = self;
    const struct nt_why *why = kind == NT_IN_DATAGRAM ? take_datagram(d, path, bytes, len, now) : NULL;
    if (why != NULL)
        nt_trace_discard(&d->trace, why, &path->local, &path->remote, now);
    if (kind == NT_IN_CONNECTED || kind == NT_IN_CLOSED)
        nt_probe_bound(&d->probe, path, kind == NT_IN_CONNECTED);
    if (d->probe.phase == NT_PROBE_REFUSED)
        nt_discovery_give_up(d, "a port was refused");
    nt_discovery_run(d, now); /* a question that waited for this starts */
}

static size_t discovery_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_discovery *d = self;
    (void)now;
    return nt_probe_output(&d->probe, path, buf, cap);
}

static nt_time discovery_deadline(const void *self)
{
    const struct nt_discovery *d = self;
    return nt_time_min(d->wake, nt_probe_deadline(&d->probe));
}

static int discovery_request(void *self, struct nt_request *req)
{
    struct nt_discovery *d = self;
    return nt_probe_request(&d->probe, req);
}

struct nt_endpoint nt_discovery_endpoint(struct nt_discovery *d)
{
    static const struct nt_endpoint_ops ops = {discovery_input, discovery_timer, discovery_output, discovery_deadline,
                                               discovery_request};
    return (struct nt_endpoint){&ops, d};
}

const char *nt_behaviour_name(enum nt_behaviour b)
{
    static const char *const names[] = {"unknown", "endpoint-independent", "address-dependent", "address-and-port-dependent"};
    return names[b];
}
