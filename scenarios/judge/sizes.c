#include "scenarios/judge/sizes.h"
#include "core/base/strings.h"
#include "core/stun/stun.h"
#include "natsim/packet/packet.h"
#include "reports/result/text.h"
#include "scenarios/apps/data_flow.h"
#include "scenarios/apps/result_array.h"
#include "scenarios/world/parties.h"

#include <string.h>

/* --- what a dropped packet says --- */

/* The most bytes of data for which the packet fits the MTU. In STUN the value of DATA is padded to a multiple of 4 (RFC 8489, 14),
 * and other attributes may follow. */
static uint32_t most_data(const struct nt_packet *p, uint32_t at, uint32_t bytes, uint32_t mtu)
{
    bool stun = nt_stun_looks_like(p->data + p->payload, p->payload_len);
    uint32_t behind = p->len - at - bytes, around = at + (stun ? behind / 4 * 4 : behind);
    uint32_t room = mtu > around ? mtu - around : 0;
    return stun ? room / 4 * 4 : room;
}

/* The place that is noted already, or a new one; NULL: there are too many. */
static struct nt_size_limit *place_at(struct nt_size_limits *l, uint32_t tap)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->places[i].tap == tap)
            return &l->places[i];
    if (l->count == NT_SIZE_PLACES_MAX)
        return NULL;
    l->places[l->count] = (struct nt_size_limit){.bytes = UINT32_MAX};
    return &l->places[l->count++];
}

void nt_size_limits_note(struct nt_size_limits *l, const uint8_t *packet, uint32_t len, uint32_t at, uint32_t bytes,
                         const struct nt_size_limit *dropped)
{
    struct nt_packet p = {.data = (uint8_t *)(uintptr_t)packet, .len = len, .cap = len};
    if (nt_packet_parse(&p) != NT_OK || p.fragment || p.proto != NT_PROTO_UDP || at + bytes > p.len)
        return;
    uint32_t most = most_data(&p, at, bytes, dropped->mtu);
    struct nt_size_limit *place = place_at(l, dropped->tap);
    if (place == NULL || place->bytes <= most)
        return;
    *place = *dropped;
    place->bytes = most;
}

/* --- what arrived --- */

static struct nt_data_count data_of(const struct nt_world *w, uint32_t agent)
{
    struct nt_party p = nt_world_party(w, agent);
    return p.ops->data(p.self);
}

static bool has_arrived_above(const struct nt_data_count *data, uint32_t bytes, bool df)
{
    for (size_t i = 0; i < data->flow_count; i++)
        if (data->flows[i].run.df == df && data->flows[i].run.bytes > bytes && data->flows[i].received > 0)
            return true;
    return false;
}

/* A place is no limit where larger data arrived, as through a relay that has learnt the MTU. What may be fragmented is another
 * matter than what may not. */
static bool is_limit(const struct nt_data_count *data, const struct nt_size_limit *l)
{
    return !has_arrived_above(data, l->bytes, true) && (l->df || !has_arrived_above(data, l->bytes, false));
}

/* The narrowest place that is one, or NULL. */
static const struct nt_size_limit *limit_of(const struct nt_data_count *data, const struct nt_size_limits *l)
{
    const struct nt_size_limit *least = NULL;
    for (size_t i = 0; i < l->count; i++)
        if (is_limit(data, &l->places[i]) && (least == NULL || l->places[i].bytes < least->bytes))
            least = &l->places[i];
    return least;
}

struct split {
    uint32_t passed, lost; /* the largest size that arrived, the smallest that did not */
    nt_time last_passed, first_lost;
};

static void add_flow(struct split *s, const struct nt_data_flow *f)
{
    if (f->received > 0) {
        s->passed = f->run.bytes > s->passed ? f->run.bytes : s->passed;
        s->last_passed = f->last > s->last_passed ? f->last : s->last_passed;
    } else if (f->sent > 0) {
        s->lost = f->run.bytes < s->lost ? f->run.bytes : s->lost;
        s->first_lost = nt_time_min(s->first_lost, f->began);
    }
}

/* Every run of datagrams arrived or was lost as a whole, and the larger ones were lost: while smaller ones arrived, not from some
 * time on. */
static bool splits_by_size(const struct nt_data_count *data, struct split *s)
{
    *s = (struct split){.lost = UINT32_MAX, .first_lost = NT_TIME_NEVER};
    for (size_t i = 0; i < data->flow_count; i++) {
        const struct nt_data_flow *f = &data->flows[i];
        if (f->received != 0 && f->received != f->sent)
            return false;
        add_flow(s, f);
    }
    return s->passed > 0 && s->passed < s->lost && s->first_lost < s->last_passed;
}

/* --- in the result --- */

static size_t count_flows(const struct nt_world *w)
{
    size_t n = 0;
    for (uint32_t i = 0; i < nt_world_case(w)->agent_count; i++)
        n += data_of(w, i).flow_count;
    return n;
}

static bool sends_with_df(const struct nt_scn_case *c)
{
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_SEND && c->steps[i].send.df)
            return true;
    return false;
}

static int list_sends(const struct nt_world *w, struct nt_result_case *r)
{
    const struct nt_scn_case *c = nt_world_case(w);
    int err = NT_OK;
    r->sends = nt_result_array(count_flows(w), sizeof *r->sends, &err);
    for (uint32_t i = 0; i < c->agent_count; i++) {
        struct nt_data_count data = data_of(w, i);
        for (size_t k = 0; k < data.flow_count && err == NT_OK; k++) {
            const struct nt_data_flow *f = &data.flows[k];
            r->sends[r->send_count++] = (struct nt_result_send){nt_strdup(c->agents[i].name, &err), f->run.bytes, f->run.df,
                                                                f->sent, f->sent - f->received};
        }
    }
    return err;
}

static int list_limits(const struct nt_world *w, const struct nt_size_limits *limits, struct nt_result_case *r)
{
    const struct nt_scn_case *c = nt_world_case(w);
    int err = NT_OK;
    r->limits = nt_result_array(c->agent_count, sizeof *r->limits, &err);
    for (uint32_t i = 0; i < c->agent_count && err == NT_OK; i++) {
        struct nt_data_count data = data_of(w, i);
        const struct nt_size_limit *l = limit_of(&data, &limits[i]);
        if (l == NULL)
            continue;
        struct nt_scn_node at = nt_observer_node_at(nt_world_observer(w), nt_fabric_tap_node(nt_world_fabric(w), l->tap));
        bool own = at.kind == NT_SCN_NODE_AGENT && at.index == i;
        r->limits[r->limit_count++] = (struct nt_result_limit){.from = nt_strdup(c->agents[i].name, &err),
                                                               .bytes = l->bytes,
                                                               .mtu = l->mtu,
                                                               .at = nt_strdup(nt_scn_node_name(c, at), &err),
                                                               .packet = l->packet,
                                                               .with_df = has_arrived_above(&data, l->bytes, false),
                                                               .told = own || data.told};
    }
    return err;
}

/* --- in words --- */

static void put_bytes(struct nt_text *t, uint32_t bytes)
{
    if (bytes >= 1000)
        nt_text_printf(t, "%u,%03u bytes", (unsigned)(bytes / 1000), (unsigned)(bytes % 1000));
    else
        nt_text_printf(t, "%u bytes", (unsigned)bytes);
}

static bool is_alike(const struct nt_result_limit *a, const struct nt_result_limit *b)
{
    return a->bytes == b->bytes && a->with_df == b->with_df;
}

static void put_place(struct nt_text *t, const struct nt_result_limit *l)
{
    if (strcmp(l->at, l->from) == 0)
        nt_text_printf(t, "%s's own link, MTU %u", l->from, (unsigned)l->mtu);
    else
        nt_text_printf(t, "%s's at %s, MTU %u: %s ICMP error told %s", l->from, l->at, (unsigned)l->mtu, l->told ? "an" : "no",
                       l->from);
}

/* "data above 1,252 bytes is lost (L's at nat-left, MTU 1280: no ICMP error told L)"; what is alike of the other agent, too. */
static void put_limit(struct nt_text *t, const struct nt_result_case *r, size_t i)
{
    nt_text_put(t, "; data above ");
    put_bytes(t, r->limits[i].bytes);
    nt_text_put(t, r->limits[i].with_df ? " with DF is lost (" : " is lost (");
    put_place(t, &r->limits[i]);
    for (size_t k = i + 1; k < r->limit_count; k++) {
        if (!is_alike(&r->limits[i], &r->limits[k]))
            continue;
        nt_text_put(t, "; ");
        put_place(t, &r->limits[k]);
    }
    nt_text_put(t, ")");
}

static bool is_put_before(const struct nt_result_case *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (is_alike(&r->limits[k], &r->limits[i]))
            return true;
    return false;
}

/* "L's data of 1,252 bytes passed, of 1,400 bytes was lost" */
static void put_split(struct nt_text *t, const char *from, const struct split *s)
{
    nt_text_printf(t, "; %s's data of ", from);
    put_bytes(t, s->passed);
    nt_text_put(t, " passed, of ");
    put_bytes(t, s->lost);
    nt_text_put(t, " was lost");
}

static int put_words(const struct nt_world *w, const struct nt_size_limits *limits, struct nt_result_case *r)
{
    const struct nt_scn_case *c = nt_world_case(w);
    struct nt_text t = {0};
    struct split split;
    nt_text_put(&t, "connected");
    size_t nothing = t.len;
    for (size_t i = 0; i < r->limit_count; i++)
        if (!is_put_before(r, i))
            put_limit(&t, r, i);
    for (uint32_t i = 0; i < c->agent_count; i++) {
        struct nt_data_count data = data_of(w, i);
        if (limits[i].count == 0 && splits_by_size(&data, &split))
            put_split(&t, c->agents[i].name, &split);
    }
    int err = t.err;
    if (t.len > nothing && err == NT_OK)
        r->data_found = t.p;
    else
        nt_text_free(&t);
    return err;
}

/* The ten datagrams of a call without a step `send` are of one size, and small. */
static bool may_have_limits(const struct nt_world *w, const struct nt_size_limits *limits)
{
    const struct nt_scn_case *c = nt_world_case(w);
    for (uint32_t i = 0; i < c->agent_count; i++)
        if (limits[i].count != 0)
            return true;
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_SEND)
            return true;
    return false;
}

int nt_sizes_describe(const struct nt_world *w, const struct nt_size_limits *limits, struct nt_result_case *r)
{
    if (!may_have_limits(w, limits))
        return NT_OK;
    int err = list_limits(w, limits, r);
    if (err == NT_OK)
        err = put_words(w, limits, r);
    return err == NT_OK && (r->data_found != NULL || sends_with_df(nt_world_case(w))) ? list_sends(w, r) : err;
}
