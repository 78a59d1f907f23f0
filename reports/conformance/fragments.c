#include "reports/conformance/fragments.h"

#include "core/base/err.h"
#include "natsim/packet/reassembly.h"
#include "reports/conformance/datagram.h"

#include <stdlib.h>

#define MTU 1500

struct joiner { /* of a tap and a direction */
    struct nt_reassembly *pieces;
    struct nt_pool *pool;
    bool *unsure;  /* the party's */
    bool expiring; /* what is given up now was never complete: the party got none of it */
};

struct nt_fragments {
    struct nt_pool pool;
    size_t count;
    struct joiner of[];
};

static struct nt_fragments *fragments_new(size_t count)
{
    struct nt_fragments *all = calloc(1, sizeof *all + count * sizeof all->of[0]);
    if (all == NULL)
        return NULL;
    nt_pool_init(&all->pool, MTU);
    all->count = count;
    return all;
}

/* Pieces that overlap are dropped here, as RFC 5722 and 8200 ask, and those of too many datagrams; the party may have joined them.
 */
static void drop_piece(void *user, struct nt_packet *p, enum nt_drop reason, const struct nt_addr *src, const struct nt_addr *dst,
                       nt_time now)
{
    struct joiner *j = user;
    (void)reason, (void)src, (void)dst, (void)now;
    *j->unsure = *j->unsure || !j->expiring;
    nt_pool_put(j->pool, p);
}

static struct joiner *joiner_of(struct nt_view *v, const struct nt_capture_frame *f)
{
    size_t i = 2u * f->tap + (f->direction == NT_DIR_OUT);
    if (v->fragments == NULL)
        v->fragments = fragments_new(2 * v->tap_count);
    if (v->fragments == NULL)
        return NULL;
    struct joiner *j = &v->fragments->of[i];
    if (j->pieces != NULL)
        return j;
    j->pool = &v->fragments->pool;
    j->unsure = &v->parties[v->taps[f->tap].party].fragmented;
    j->pieces = nt_reassembly_new(j->pool, (struct nt_reassembly_drop){drop_piece, j});
    return j->pieces != NULL ? j : NULL;
}

static void expire(struct joiner *j, nt_time now)
{
    j->expiring = true;
    nt_reassembly_run(j->pieces, now);
    j->expiring = false;
}

static struct nt_packet *copy_of(struct nt_pool *pool, const struct nt_capture *c, const struct nt_capture_frame *f)
{
    struct nt_packet *p = nt_pool_get(pool, f->len);
    if (p == NULL)
        return NULL;
    memcpy(p->data, nt_capture_bytes(c, f), f->len);
    p->len = f->len;
    p->marks = f->marks;
    return p;
}

int nt_view_join(struct nt_view *v, const struct nt_capture *c, const struct nt_capture_frame *f, struct nt_packet **whole)
{
    *whole = NULL;
    if (!nt_capture_is_fragment(c, f))
        return NT_OK;
    struct joiner *j = joiner_of(v, f);
    struct nt_packet *p = j != NULL ? copy_of(j->pool, c, f) : NULL;
    if (p == NULL)
        return NT_ENOMEM;
    if (f->len != f->orig_len || nt_packet_parse(p) != NT_OK) {
        *j->unsure = true;
        nt_pool_put(j->pool, p);
        return NT_OK;
    }
    expire(j, f->at);
    int r = nt_reassembly_add(j->pieces, &p, f->at);
    *whole = p;
    return r;
}

void nt_view_put_whole(struct nt_view *v, struct nt_packet *whole)
{
    nt_pool_put(&v->fragments->pool, whole);
}

void nt_view_free_fragments(struct nt_view *v)
{
    if (v->fragments == NULL)
        return;
    for (size_t i = 0; i < v->fragments->count; i++)
        nt_reassembly_del(v->fragments->of[i].pieces);
    nt_pool_free(&v->fragments->pool);
    free(v->fragments);
}
