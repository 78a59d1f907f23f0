/* The SIP messages of one end that are on their way out. The scenario's signalling steps act on them here. */
#ifndef NT_APPS_SIP_QUEUE_H
#define NT_APPS_SIP_QUEUE_H

#include "core/base/trace.h"
#include "scenarios/model/case.h"

#define NT_SIP_QUEUE_MAX 32 /* messages on their way out */

struct nt_sip_fault; /* what a step does to messages of a kind */

struct nt_sip_queue {
    const struct nt_trace *trace; /* what does not leave, and what waits; the owner's */
    const struct nt_addr *via;    /* where to; the owner's */
    struct nt_sip_waiting {
        nt_time leaves;
        uint8_t *bytes;
        size_t len;
    } items[NT_SIP_QUEUE_MAX]; /* in order of leaving */
    size_t count;
    struct nt_sip_fault *faults;
    size_t fault_count, fault_cap;
};

void nt_sip_queue_free(struct nt_sip_queue *q);
/* From now on messages of this kind are delayed, dropped or duplicated; for the trace they are sent. 0 or NT_ENOMEM. */
int nt_sip_queue_fault(struct nt_sip_queue *q, enum nt_scn_message message, enum nt_scn_signal_act act, nt_time by);
/* Steps act on it in the order in which they were given; NT_MESSAGE_ANY: only those for any message do. When it leaves; `now`
 * where it never does. */
nt_time nt_sip_queue_put(struct nt_sip_queue *q, enum nt_scn_message message, const char *text, size_t len, nt_time now);
/* No step acts on it. */
void nt_sip_queue_put_untouched(struct nt_sip_queue *q, const char *text, size_t len, nt_time now);
void nt_sip_queue_unsent(const struct nt_sip_queue *q, const char *why, nt_time now);    /* told: nothing leaves */
size_t nt_sip_queue_take(struct nt_sip_queue *q, uint8_t *buf, size_t cap, nt_time now); /* what leaves now; 0: nothing */
nt_time nt_sip_queue_deadline(const struct nt_sip_queue *q);

#endif
