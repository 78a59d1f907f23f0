/* Events that wait for the agent's owner, and the datagram that has just come. */
#ifndef NT_ICE_EVENTS_H
#define NT_ICE_EVENTS_H

#include "core/ice/record.h"

#define NT_ICE_EVENTS_SPARE 32 /* events waiting for the owner beside one SELECTED of each component */

struct nt_ice_events;

struct nt_ice_events *nt_ice_events_new(struct nt_ice_record *record, size_t components); /* NULL without memory */
void nt_ice_events_del(struct nt_ice_events *e);
/* A full queue loses the first event that a later one makes needless. There always is one: the queue has more places than there are
 * kinds and components, so the last state and the last selected pair of each component always reach the owner. */
void nt_ice_events_push(struct nt_ice_events *e, const struct nt_ice_event *ev, nt_time now);
/* A datagram for the application, copied: NT_ICE_EV_DATA is the last event pulled. NT_ENOMEM, NT_ELIMIT. */
int nt_ice_events_data(struct nt_ice_events *e, uint8_t stream, uint16_t component, const uint8_t *bytes, size_t len);
void nt_ice_events_forget_data(struct nt_ice_events *e);                  /* a new input: it is no longer valid */
int nt_ice_events_pull(struct nt_ice_events *e, struct nt_ice_event *ev); /* 1: *ev is one */

#endif
