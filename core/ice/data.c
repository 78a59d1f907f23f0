/* Data of the application: over the selected pair, in from any valid one (RFC 8445, section 12). */
#include "core/base/map.h"
#include "core/ice/agent.h"

#include <string.h>

static int keep(uint8_t **buf, size_t *cap, const uint8_t *bytes, size_t len)
{
    int r = nt_grow(buf, cap, len < 1500 ? 1500 : len, 1, NT_DATAGRAM_MAX);
    if (r == NT_OK && len > 0)
        memcpy(*buf, bytes, len);
    return r;
}

int nt_ice_send(struct nt_ice_agent *a, uint8_t stream, uint16_t component, const uint8_t *bytes, size_t len, nt_time now)
{
    (void)now;
    if (stream == 0 || stream > a->config.streams || component == 0 || component > a->config.components || len == 0)
        return NT_EINVAL;
    if (a->close_at != NT_TIME_NEVER || (a->state != NT_ICE_RUNNING && a->state != NT_ICE_COMPLETED) || a->session.lists == NULL ||
        a->session.lists[stream - 1].state != NT_ICE_LIST_COMPLETED)
        return NT_ESTATE;
    if (a->data_count == NT_ICE_DATA_MAX)
        return NT_ELIMIT;
    struct nt_ice_datagram *d = &a->data[(a->data_head + a->data_count) % NT_ICE_DATA_MAX];
    int r = keep(&d->bytes, &d->cap, bytes, len);
    if (r != NT_OK)
        return r;
    d->len = len;
    d->component = (uint32_t)(stream - 1) * a->config.components + component - 1;
    a->data_count++;
    return NT_OK;
}

/* RFC 8445, 12.2: "ICE implementations SHOULD by default be prepared to receive data on any of the candidates": from the peer's,
 * signalled or learnt, on any of ours. The peer may have its pair before we have one. What comes from elsewhere is dropped. */
void nt_ice_data_input(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *from, const uint8_t *bytes, size_t len)
{
    const struct nt_ice_base *b = &a->bases.items[via.base];
    bool open = a->state == NT_ICE_RUNNING || a->state == NT_ICE_COMPLETED;
    if (!open || nt_ice_remote_find(a, b->stream, b->component, from) == NT_ICE_NONE || keep(&a->inbox, &a->inbox_cap, bytes, len) != NT_OK) {
        a->stats.dropped++;
        return;
    }
    a->arrived = (struct nt_ice_event){.kind = NT_ICE_EV_DATA, .stream = b->stream, .component = b->component, .bytes = a->inbox, .len = len};
    a->has_arrived = true;
}
