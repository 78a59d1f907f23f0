#include "core/ice/outbox.h"

#include <stdlib.h>

struct nt_ice_outbox {
    struct nt_ice_record *record;
    unsigned head, count;
    struct nt_ice_message ring[NT_ICE_OUT_MAX]; /* written before it is read */
};

struct nt_ice_outbox *nt_ice_outbox_new(struct nt_ice_record *record)
{
    struct nt_ice_outbox *o = malloc(sizeof *o);
    if (o == NULL)
        return NULL;
    o->record = record;
    o->head = o->count = 0;
    return o;
}

void nt_ice_outbox_del(struct nt_ice_outbox *o)
{
    free(o);
}

bool nt_ice_outbox_put(struct nt_ice_outbox *o, const struct nt_ice_message *m, nt_time now)
{
    if (o->count == NT_ICE_OUT_MAX) {
        nt_ice_record_drop(o->record, NULL, &m->to, "the queue of messages to send is full", now);
        return false;
    }
    o->ring[(o->head + o->count++) % NT_ICE_OUT_MAX] = *m;
    return true;
}

bool nt_ice_outbox_take(struct nt_ice_outbox *o, struct nt_ice_message *m)
{
    if (o->count == 0)
        return false;
    *m = o->ring[o->head];
    o->head = (o->head + 1) % NT_ICE_OUT_MAX;
    o->count--;
    return true;
}

void nt_ice_outbox_clear(struct nt_ice_outbox *o, nt_time now)
{
    for (struct nt_ice_message m; nt_ice_outbox_take(o, &m);)
        nt_ice_record_drop(o->record, NULL, &m.to, "a message that waited to leave, at the end of ICE", now);
}
