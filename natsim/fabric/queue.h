/* The fabric's event queue: a 4-ary heap in the total order (time, class, sequence). A node has at most one timer in it, which
 * moves within the heap when its deadline changes. */
#ifndef NT_FABRIC_QUEUE_H
#define NT_FABRIC_QUEUE_H

#include "core/base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_QUEUE_MAX 16000000 /* events waiting */

enum nt_event_class { NT_EV_CALL = 0, NT_EV_DELIVERY = 1, NT_EV_TIMER = 2 };

struct nt_event {
    nt_time at;
    uint64_t order;  /* class in the upper 2 bits, sequence below; the queue writes it */
    void *item;      /* the caller's; timers: NULL */
    uint32_t target; /* the caller's; timers: the node */
    uint8_t kind;    /* the caller's */
    uint8_t reason;  /* the caller's: enum nt_drop of a packet that was lost */
};

struct nt_queue {
    struct nt_event *heap;
    size_t count, cap;
    uint32_t *timers; /* by node: 1 + the place of its timer in the heap, 0: none */
    size_t timer_cap;
    uint64_t sequence;
};

static inline enum nt_event_class nt_event_class_of(const struct nt_event *e)
{
    return (enum nt_event_class)(e->order >> 62);
}

/* 0, NT_ENOMEM or NT_ELIMIT (NT_QUEUE_MAX). */
int nt_queue_push(struct nt_queue *q, enum nt_event_class class, struct nt_event e);
/* Room for the timers of nodes 0..count-1, so that setting one fails only when the heap cannot grow. */
int nt_queue_nodes(struct nt_queue *q, size_t count);
/* Sets, moves or (NT_TIME_NEVER) removes the node's timer; among events of the same time it comes in the order of its last change.
 */
int nt_queue_timer(struct nt_queue *q, uint32_t node, nt_time at);
bool nt_queue_pop(struct nt_queue *q, struct nt_event *e);            /* false: empty */
void nt_queue_take(struct nt_queue *q, size_t i, struct nt_event *e); /* the event at index i of the heap, out of turn */
void nt_queue_free(struct nt_queue *q);

#endif
