#include "natsim/tcp/receiver.h"
#include "core/base/err.h"
#include "natsim/tcp/sequence.h"

enum { SHIFT_MAX = 14 }; /* RFC 7323, 2.3 */

/* RFC 7323, 2.2: the shift that can say `limit`. */
static uint8_t shift_of(uint32_t limit)
{
    uint8_t shift = 0;
    while (shift < SHIFT_MAX && limit >> shift > UINT16_MAX)
        shift++;
    return shift;
}

void nt_receiver_init(struct nt_receiver *r, uint32_t limit, uint32_t mss)
{
    *r = (struct nt_receiver){.limit = limit, .mss = mss, .shift = shift_of(limit)};
}

uint16_t nt_receiver_first_window(const struct nt_receiver *r)
{
    return (uint16_t)(r->limit < UINT16_MAX ? r->limit : UINT16_MAX);
}

void nt_receiver_start(struct nt_receiver *r, uint32_t irs)
{
    r->nxt = r->given = irs + 1;
    r->advertised = r->nxt + nt_receiver_first_window(r);
}

void nt_receiver_keep_unscaled(struct nt_receiver *r)
{
    r->limit = nt_receiver_first_window(r);
    r->shift = 0;
}

void nt_receiver_free(struct nt_receiver *r)
{
    nt_ring_free(&r->ring);
    r->ranges.count = 0;
}

static bool in_window(const struct nt_receiver *r, uint32_t seq)
{
    return !nt_seq_before(seq, r->nxt) && nt_seq_before(seq, r->advertised);
}

bool nt_receiver_accepts(const struct nt_receiver *r, const struct nt_segment *s)
{
    uint32_t len = nt_segment_length(s);
    return s->seq == r->nxt || in_window(r, s->seq) || (len > 0 && in_window(r, s->seq + len - 1));
}

/* What of a segment's text is new and in the window. */
struct text {
    const uint8_t *bytes;
    uint32_t from, to;
    bool fin;
};

static struct text trim(const struct nt_receiver *r, const struct nt_segment *s)
{
    struct text t = {.bytes = s->data, .from = s->seq, .to = s->seq + s->len, .fin = (s->flags & NT_TCP_FIN) != 0};
    uint32_t edge = r->fin ? nt_seq_min(r->advertised, r->fin_at) : r->advertised;
    if (nt_seq_before(t.from, r->nxt)) {
        t.bytes += nt_seq_min(r->nxt, t.to) - t.from;
        t.from = nt_seq_min(r->nxt, t.to);
    }
    t.fin = t.fin && !r->fin && nt_seq_before(t.to, r->advertised) && !nt_seq_before(t.to, r->nxt);
    if (nt_seq_after(t.to, edge))
        t.to = nt_seq_max(t.from, edge);
    return t;
}

static int hold(struct nt_receiver *r, const struct text *t)
{
    int err = nt_ring_reserve(&r->ring, t->to - r->given, r->limit);
    if (err != NT_OK)
        return err;
    if (t->from != r->nxt && !nt_ranges_add(&r->ranges, t->from, t->to))
        return NT_ELIMIT;
    nt_ring_put(&r->ring, t->from - r->given, t->bytes, t->to - t->from);
    if (t->from == r->nxt)
        r->nxt = nt_ranges_join(&r->ranges, t->to);
    return NT_OK;
}

int nt_receiver_take(struct nt_receiver *r, const struct nt_segment *s, bool *fresh)
{
    *fresh = false;
    if (r->ended)
        return NT_OK;
    struct text t = trim(r, s);
    int err = t.from != t.to ? hold(r, &t) : NT_OK;
    if (err != NT_OK)
        return err;
    *fresh = t.from != t.to || t.fin;
    if (t.fin) {
        r->fin = true;
        r->fin_at = t.to;
    }
    if (r->fin && !nt_seq_before(r->nxt, r->fin_at)) {
        r->nxt = r->fin_at + 1; /* what a peer has sent behind its FIN does not count */
        r->ended = true;
    }
    return NT_OK;
}

size_t nt_receiver_unread(const struct nt_receiver *r)
{
    return (r->ended ? r->fin_at : r->nxt) - r->given;
}

/* RFC 9293, 3.8.6.2.2: the least step of the right edge. */
static uint32_t least_step(const struct nt_receiver *r)
{
    return r->mss < r->limit / 2 ? r->mss : r->limit / 2;
}

static uint32_t right_edge(const struct nt_receiver *r)
{
    uint32_t edge = r->nxt + r->limit - (uint32_t)nt_receiver_unread(r);
    return nt_seq_after(edge, r->advertised) && edge - r->advertised >= least_step(r) ? edge : r->advertised;
}

bool nt_receiver_opens(const struct nt_receiver *r)
{
    return !r->ended && right_edge(r) != r->advertised;
}

uint32_t nt_receiver_window(struct nt_receiver *r)
{
    r->advertised = nt_seq_max(right_edge(r), r->nxt);
    return r->advertised - r->nxt;
}

const uint8_t *nt_receiver_read(struct nt_receiver *r, size_t *len)
{
    *len = nt_receiver_unread(r);
    const uint8_t *bytes = nt_ring_front(&r->ring, len);
    nt_ring_drop(&r->ring, *len);
    r->given += (uint32_t)*len;
    return bytes;
}
