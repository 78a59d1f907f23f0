#include "scenarios/apps/agent_data.h"
#include "core/base/strings.h"

#include <string.h>

#define LABEL_MAX_BYTES 300
#define PROBE_INTERVAL_LATER (100 * NT_MSEC)
static const struct nt_scn_send default_run = {.bytes = 200, .count = 10, .interval = 20 * NT_MSEC},
                                /* Probes for a process: every 10 ms until enough have come back, then every 100 ms. */
    probes = {.bytes = 200, .count = 100000, .interval = 10 * NT_MSEC};
enum { PROBE = 128, ECHO = 129 };

static bool has_send_step(const struct nt_scn_case *c)
{
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_SEND)
            return true;
    return false;
}

void nt_agent_data_init(struct nt_agent_data *data, const struct nt_app_context *context, struct nt_ice_agent *ice)
{
    struct nt_rand rand;
    char label[LABEL_MAX_BYTES];
    memset(data, 0, offsetof(struct nt_agent_data, flows));
    data->context = context;
    data->ice = ice;
    data->during_call = context->scn->expect.data_during_call;
    data->default_flow = !data->during_call && !has_send_step(context->scn);
    nt_join(label, sizeof label, "data/", context->scn->agents[context->index].name);
    nt_fabric_stream(context->fabric, label, &rand);
    nt_rand_bytes(&rand, data->magic, sizeof data->magic);
}

void nt_agent_data_free(struct nt_agent_data *data)
{
    for (size_t i = 0; i < data->flow_count; i++)
        nt_data_flow_free(&data->flows[i]);
}

static void note_progress(const struct nt_agent_data *data, nt_time now)
{
    data->context->active(data->context->user, now);
}

static void emit_data(const struct nt_agent_data *data, enum nt_trace_kind kind, uint32_t number, nt_time now)
{
    nt_trace_emit(&data->context->trace, (struct nt_trace_event){.at = now, .kind = kind, .n = {number}});
    if (data->mode != NT_DATA_PROBES && !data->during_call) /* which go on to the end */
        note_progress(data, now);
}

static void note_unsent(const struct nt_agent_data *data, int err, nt_time now)
{
    const char *why = err == NT_ESTATE   ? "the ICE agent has no selected pair, or no consent to send on it"
                      : err == NT_ELIMIT ? "the ICE agent's queue of data is full"
                                         : "no memory";
    if (err != NT_OK)
        nt_trace_emit(&data->context->trace, (struct nt_trace_event){.at = now, .kind = NT_TR_UNSENT, .text = why});
}

/* Of a call all that its application wanted to send is counted, and the first that could not be sent is told. */
static void note_unsent_of_call(struct nt_agent_data *data, uint32_t number, int err, nt_time now)
{
    static const char *const why = "data of the call, until further notice: no selected pair, or no consent to send on it";
    if (err != NT_OK && !data->unsent)
        nt_trace_emit(&data->context->trace, (struct nt_trace_event){.at = now, .kind = NT_TR_UNSENT, .text = why});
    if (err != NT_OK)
        nt_data_call_note_unsent(data->call->call, number);
    data->unsent = err != NT_OK;
}

static int start_flow(struct nt_agent_data *data, const struct nt_scn_send *run, nt_time now)
{
    if (data->flow_count == NT_DATA_FLOWS_MAX)
        return NT_ELIMIT;
    int r = nt_data_flow_init(&data->flows[data->flow_count], run, now);
    data->flow_count += r == NT_OK;
    return r;
}

int nt_agent_data_add_flow(struct nt_agent_data *data, const struct nt_scn_send *run, nt_time now)
{
    return data->mode == NT_DATA_NUMBERED ? start_flow(data, run, now) : NT_EUNSUPPORTED;
}

static void start_call(struct nt_agent_data *data, nt_time now)
{
    struct nt_data_flow *flow = &data->flows[data->flow_count];
    struct nt_scn_send run = {.bytes = default_run.bytes, .count = NT_SCN_CALL_DATA_MAX};
    run.interval = data->context->scn->expect.data_interval;
    if (data->flow_count == NT_DATA_FLOWS_MAX || nt_data_flow_init_call(flow, &run, now) != NT_OK)
        return;
    data->flow_count++;
    data->call = flow;
}

void nt_agent_data_selected(struct nt_agent_data *data, nt_time now)
{
    if (data->mode == NT_DATA_PROBES)
        start_flow(data, &probes, now);
    else if (data->during_call)
        start_call(data, now);
    else if (data->default_flow && data->mode == NT_DATA_NUMBERED)
        start_flow(data, &default_run, now);
}

/* Gives the ICE agent the next datagram of a flow. False: its queue is full, and the datagram waits. */
static bool send_next(struct nt_agent_data *data, struct nt_data_flow *flow, nt_time now)
{
    uint8_t buf[NT_DATAGRAM_MAX];
    struct nt_data_flow before = *flow;
    uint32_t number = flow->sent;
    size_t len = nt_data_flow_write(flow, (uint8_t)(flow - data->flows), data->magic, buf);
    if (data->mode == NT_DATA_PROBES)
        buf[0] = PROBE;
    /* A datagram that cannot be sent counts as lost; when the queue is full it waits. */
    int err = nt_ice_send(data->ice, 1, 1, buf, len, flow->run.df, now);
    if (err == NT_ELIMIT) {
        *flow = before;
        return false;
    }
    if (flow == data->call)
        note_unsent_of_call(data, number, err, now);
    else
        note_unsent(data, err, now);
    emit_data(data, NT_TR_DATA_SENT, number, now);
    return true;
}

void nt_agent_data_send_due(struct nt_agent_data *data, nt_time now)
{
    for (size_t i = 0; i < data->flow_count; i++) {
        struct nt_data_flow *flow = &data->flows[i];
        while (flow->next <= now) {
            if (nt_data_flow_make_room(flow) != NT_OK)
                flow->next = NT_TIME_NEVER;
            else if (!send_next(data, flow, now))
                return;
        }
    }
}

/* A datagram too short for a header is the oldest missing one of a flow of that length with that first byte. */
static bool find_short(const struct nt_agent_data *data, const uint8_t *bytes, size_t len, uint8_t *index, uint32_t *number)
{
    for (size_t i = 0; i < data->flow_count && len < NT_DATA_MIN; i++) {
        if (data->flows[i].run.bytes == len && nt_data_flow_missing(&data->flows[i], bytes[0], number)) {
            *index = (uint8_t)i;
            return true;
        }
    }
    return false;
}

bool nt_agent_data_note_delivery(struct nt_agent_data *data, const uint8_t *bytes, size_t len, uint32_t *number, nt_time now)
{
    uint8_t index;
    if (!nt_data_read(bytes, len, data->magic, &index, number) && !find_short(data, bytes, len, &index, number))
        return false;
    return index < data->flow_count && nt_data_flow_note_arrival(&data->flows[index], *number, now);
}

/* From a process: its probe goes back, or one of ours has come back. */
static void receive_probe(struct nt_agent_data *data, const uint8_t *bytes, size_t len, nt_time now)
{
    uint8_t echo[NT_DATAGRAM_MAX];
    uint32_t number;
    if (len > 0 && bytes[0] == PROBE) {
        memcpy(echo, bytes, len);
        echo[0] = ECHO;
        note_unsent(data, nt_ice_send(data->ice, 1, 1, echo, len, false, now), now);
    } else if (len >= NT_DATA_MIN && bytes[0] == ECHO && nt_agent_data_note_delivery(data, bytes, len, &number, now) &&
               data->flows[0].received == NT_DATA_ECHOES) {
        data->flows[0].run.interval = PROBE_INTERVAL_LATER;
        note_progress(data, now);
    }
}

#define NO_NUMBER UINT32_MAX

static const struct nt_why come_before = {NT_DISCARD_DUPLICATE, "data that has come before"},
                           not_sent = {NT_DISCARD_UNUSED, "data that the peer's program did not send"};

void nt_agent_data_receive(struct nt_agent_data *data, const uint8_t *bytes, size_t len, nt_time now)
{
    const struct nt_party *peer = data->context->peer;
    uint32_t number = NO_NUMBER;
    if (data->mode == NT_DATA_PROBES)
        receive_probe(data, bytes, len, now);
    else if (peer != NULL && peer->ops->note_delivery(peer->self, bytes, len, &number, now))
        emit_data(data, NT_TR_DATA_RECEIVED, number, now);
    else
        nt_trace_discard(&data->context->trace, number != NO_NUMBER ? &come_before : &not_sent, NULL, NULL, now);
}

void nt_agent_data_too_big(struct nt_agent_data *data, const struct nt_ice_event *ev, nt_time now)
{
    data->told = true;
    nt_trace_emit(
        &data->context->trace,
        (struct nt_trace_event){.at = now, .kind = NT_TR_TOO_BIG, .a = ev->local.addr, .b = ev->remote.addr, .n = {ev->mtu}});
}

nt_time nt_agent_data_deadline(const struct nt_agent_data *data)
{
    nt_time next = NT_TIME_NEVER;
    for (size_t i = 0; i < data->flow_count; i++)
        next = nt_time_min(next, data->flows[i].next);
    return next;
}

bool nt_agent_data_done(const struct nt_agent_data *data)
{
    if (data->mode == NT_DATA_PROBES)
        return nt_ice_state(data->ice) != NT_ICE_COMPLETED || (data->flow_count > 0 && data->flows[0].received >= NT_DATA_ECHOES);
    for (size_t i = 0; i < data->flow_count; i++)
        if (data->flows[i].next != NT_TIME_NEVER && &data->flows[i] != data->call)
            return false;
    return true;
}

void nt_agent_data_unheard(struct nt_agent_data *data, nt_time now)
{
    if (data->call != NULL)
        nt_data_flow_end_call(data->call, nt_scn_longest_way(data->context->scn), now);
}

void nt_agent_data_hang_up(struct nt_agent_data *data, nt_time now)
{
    const struct nt_party *peer = data->context->peer;
    if (data->call != NULL && data->call->next != NT_TIME_NEVER)
        data->call->call->stopped = now;
    for (size_t i = 0; i < data->flow_count; i++)
        data->flows[i].next = NT_TIME_NEVER;
    if (peer != NULL)
        peer->ops->unheard(peer->self, now);
}

struct nt_data_count nt_agent_data_count(const struct nt_agent_data *data)
{
    struct nt_data_count n = {.magic = data->magic, .flows = data->flows, .flow_count = data->flow_count, .told = data->told};
    if (data->mode == NT_DATA_PROBES) { /* those that came back count */
        n.sent = data->flow_count > 0 ? NT_DATA_ECHOES : 0;
        n.received = data->flow_count > 0 && data->flows[0].received < NT_DATA_ECHOES ? data->flows[0].received : n.sent;
        return n;
    }
    for (size_t i = 0; i < data->flow_count; i++) {
        n.sent += data->flows[i].sent;
        n.received += data->flows[i].received;
        n.marked += data->flows[i].run.bytes < NT_DATA_MIN ? 0 : data->flows[i].received;
    }
    return n;
}
