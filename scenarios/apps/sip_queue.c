#include "scenarios/apps/sip_queue.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

#define FAULTS_MAX 100000 /* a scenario has fewer steps */

struct nt_sip_fault {
    enum nt_scn_message message;
    enum nt_scn_signal_act act;
    nt_time by;
};

static void tell_leaving(const struct nt_sip_queue *q, enum nt_trace_kind kind, const char *text, nt_time now)
{
    nt_trace_emit(q->trace, (struct nt_trace_event){.at = now, .kind = kind, .b = *q->via, .text = text});
}

void nt_sip_queue_unsent(const struct nt_sip_queue *q, const char *why, nt_time now)
{
    tell_leaving(q, NT_TR_UNSENT, why, now);
}

static bool enqueue_message(struct nt_sip_queue *q, const char *text, size_t len, nt_time leaves, nt_time now)
{
    size_t at = q->count;
    uint8_t *copy = q->count < NT_SIP_QUEUE_MAX ? malloc(len) : NULL;
    if (copy == NULL) {
        nt_sip_queue_unsent(q, q->count == NT_SIP_QUEUE_MAX ? "32 messages wait to leave" : "out of memory", now);
        return false;
    }
    memcpy(copy, text, len);
    for (; at > 0 && q->items[at - 1].leaves > leaves; at--)
        q->items[at] = q->items[at - 1];
    q->items[at] = (struct nt_sip_waiting){.leaves = leaves, .bytes = copy, .len = len};
    q->count++;
    return true;
}

nt_time nt_sip_queue_put(struct nt_sip_queue *q, enum nt_scn_message message, const char *text, size_t len, nt_time now)
{
    nt_time leaves = now;
    int copies = 1;
    for (size_t i = 0; i < q->fault_count; i++) {
        const struct nt_sip_fault *f = &q->faults[i];
        if (f->message != NT_MESSAGE_ANY && f->message != message)
            continue;
        leaves = f->act == NT_SIGNAL_DELAY ? nt_time_after(leaves, f->by) : leaves;
        copies = f->act == NT_SIGNAL_DROP ? 0 : f->act == NT_SIGNAL_DUPLICATE && copies <= NT_SIP_QUEUE_MAX ? copies * 2 : copies;
    }
    if (copies == 0)
        nt_sip_queue_unsent(q, "a step drops it", now);
    else if (leaves > now)
        tell_leaving(q, NT_TR_HELD, "a step delays it", now);
    for (int i = 0; i < copies && enqueue_message(q, text, len, leaves, now); i++)
        ;
    return copies > 0 ? leaves : now;
}

void nt_sip_queue_put_untouched(struct nt_sip_queue *q, const char *text, size_t len, nt_time now)
{
    enqueue_message(q, text, len, now, now);
}

int nt_sip_queue_fault(struct nt_sip_queue *q, enum nt_scn_message message, enum nt_scn_signal_act act, nt_time by)
{
    int r = nt_grow(&q->faults, &q->fault_cap, q->fault_count + 1, sizeof *q->faults, FAULTS_MAX);
    if (r == NT_OK)
        q->faults[q->fault_count++] = (struct nt_sip_fault){message, act, by};
    return r;
}

size_t nt_sip_queue_take(struct nt_sip_queue *q, uint8_t *buf, size_t cap, nt_time now)
{
    if (q->count == 0 || q->items[0].leaves > now)
        return 0;
    struct nt_sip_waiting m = q->items[0];
    memmove(&q->items[0], &q->items[1], --q->count * sizeof q->items[0]);
    size_t len = m.len <= cap ? m.len : 0; /* always: NT_SIP_DATAGRAM_MAX is below what a host can send */
    memcpy(buf, m.bytes, len);
    free(m.bytes);
    return len;
}

nt_time nt_sip_queue_deadline(const struct nt_sip_queue *q)
{
    return q->count > 0 ? q->items[0].leaves : NT_TIME_NEVER;
}

void nt_sip_queue_free(struct nt_sip_queue *q)
{
    for (size_t i = 0; i < q->count; i++)
        free(q->items[i].bytes);
    free(q->faults);
}
