#include "core/ice/events.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

struct nt_ice_events {
    struct nt_ice_record *record;
    struct nt_ice_event *ring;
    unsigned cap, head, count;
    struct nt_ice_event arrived; /* one datagram; its bytes are in `inbox` */
    bool has_arrived;
    uint8_t *inbox;
    size_t inbox_cap;
};

struct nt_ice_events *nt_ice_events_new(struct nt_ice_record *record, size_t components)
{
    struct nt_ice_events *e = calloc(1, sizeof *e);
    if (e == NULL)
        return NULL;
    e->record = record;
    e->cap = NT_ICE_EVENTS_SPARE + (unsigned)components;
    e->ring = malloc(e->cap * sizeof *e->ring); /* written before it is read */
    if (e->ring != NULL)
        return e;
    free(e);
    return NULL;
}

void nt_ice_events_del(struct nt_ice_events *e)
{
    if (e == NULL)
        return;
    free(e->ring);
    free(e->inbox);
    free(e);
}

static struct nt_ice_event *event_at(const struct nt_ice_events *e, unsigned i)
{
    return &e->ring[(e->head + i) % e->cap];
}

static bool supersedes(const struct nt_ice_event *later, const struct nt_ice_event *earlier)
{
    return later->kind == earlier->kind && later->stream == earlier->stream && later->component == earlier->component;
}

/* Of two events of one kind (SELECTED: and component) the later one says what the earlier one said, and more. */
static bool is_outdated(const struct nt_ice_events *e, unsigned i, const struct nt_ice_event *newest)
{
    bool outdated = supersedes(newest, event_at(e, i));
    for (unsigned k = i + 1; k < e->count && !outdated; k++)
        outdated = supersedes(event_at(e, k), event_at(e, i));
    return outdated;
}

static void remove_outdated(struct nt_ice_events *e, const struct nt_ice_event *newest, nt_time now)
{
    unsigned i = 0;
    while (!is_outdated(e, i, newest))
        i++;
    for (; i + 1 < e->count; i++)
        *event_at(e, i) = *event_at(e, i + 1);
    e->count--;
    nt_ice_record_drop(e->record, NULL, NULL, "an event that the owner has not pulled is outdated", now);
}

void nt_ice_events_push(struct nt_ice_events *e, const struct nt_ice_event *ev, nt_time now)
{
    if (e->count == e->cap)
        remove_outdated(e, ev, now);
    *event_at(e, e->count++) = *ev;
}

int nt_ice_events_data(struct nt_ice_events *e, uint8_t stream, uint16_t component, const uint8_t *bytes, size_t len)
{
    int r = nt_reserve(&e->inbox, &e->inbox_cap, len < 1500 ? 1500 : len, 1, NT_DATAGRAM_MAX);
    if (r != NT_OK)
        return r;
    if (len > 0)
        memcpy(e->inbox, bytes, len);
    e->arrived =
        (struct nt_ice_event){.kind = NT_ICE_EV_DATA, .stream = stream, .component = component, .bytes = e->inbox, .len = len};
    e->has_arrived = true;
    return NT_OK;
}

void nt_ice_events_forget_data(struct nt_ice_events *e)
{
    e->has_arrived = false;
}

int nt_ice_events_pull(struct nt_ice_events *e, struct nt_ice_event *ev)
{
    if (e->count > 0) {
        *ev = *event_at(e, 0);
        e->head = (e->head + 1) % e->cap;
        e->count--;
        return 1;
    }
    if (!e->has_arrived)
        return 0;
    *ev = e->arrived;
    e->has_arrived = false;
    return 1;
}
