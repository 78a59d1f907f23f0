#include "core/ice/form.h"
#include "core/base/err.h"

#include <stdlib.h>

struct combination {
    uint64_t priority;
    uint32_t own, remote;
    uint16_t component;
    uint8_t stream;
};

/* RFC 8445, 6.1.2.2: same stream, component, transport and family; "IPv6 link-local addresses MUST NOT be paired with other than
 * link-local addresses". Reflexive candidates are not paired: replaced by their base (6.1.2.4) each would be redundant with the
 * pair of that host candidate, which has the higher priority. 7.3.1.3: nor are peer-reflexive ones of the peer. RFC 8838, 10: "MUST
 * NOT pair a local candidate until it has been trickled to the remote party". */
static bool is_pairable(const struct nt_ice_entry *own, const struct nt_ice_entry *remote)
{
    const struct nt_ice_candidate *c = &own->c, *d = &remote->c;
    if (!own->told || own->gone || !remote->told || (c->type != NT_ICE_HOST && c->type != NT_ICE_RELAY))
        return false;
    return c->stream == d->stream && c->component == d->component && c->addr.family == d->addr.family &&
           (c->addr.family != NT_AF_IPV6 || nt_addr_is_link_local(&c->addr) == nt_addr_is_link_local(&d->addr));
}

static int by_falling_priority(const void *pa, const void *pb)
{
    const struct combination *a = pa, *b = pb;
    if (a->stream != b->stream)
        return a->stream < b->stream ? -1 : 1;
    if (a->priority != b->priority)
        return a->priority > b->priority ? -1 : 1;
    if (a->component != b->component)
        return a->component < b->component ? -1 : 1;
    return a->own != b->own ? (a->own < b->own ? -1 : 1) : a->remote < b->remote ? -1 : 1;
}

/* All combinations, or only those with a candidate that was not paired before. */
static size_t combine(const struct nt_ice_session *s, bool late, struct combination *all)
{
    const struct nt_ice_candidates *own = nt_ice_session_env(s)->own, *remotes = nt_ice_session_remotes(s);
    size_t n = 0;
    for (uint32_t i = 0; i < nt_ice_candidates_count(own); i++)
        for (uint32_t k = 0; k < nt_ice_candidates_count(remotes); k++) {
            const struct nt_ice_entry *e = nt_ice_candidates_at(own, i), *f = nt_ice_candidates_at(remotes, k);
            if (is_pairable(e, f) && !(late && e->paired && f->paired))
                all[n++] =
                    (struct combination){nt_ice_pairs_priority(nt_ice_session_pairs(s), i, k), i, k, e->c.component, e->c.stream};
        }
    if (n > 1)
        qsort(all, n, sizeof *all, by_falling_priority);
    return n;
}

static int add_pairs(struct nt_ice_session *s, bool late, nt_time now)
{
    const struct nt_ice_env *env = nt_ice_session_env(s);
    struct nt_ice_candidates *remotes = nt_ice_session_remotes(s);
    struct combination *all =
        malloc(((size_t)nt_ice_candidates_count(env->own) * nt_ice_candidates_count(remotes) + 1) * sizeof *all);
    if (all == NULL)
        return NT_ENOMEM;
    size_t n = combine(s, late, all);
    for (size_t i = 0; i < n; i++)
        if (nt_ice_components_of(env->components, all[i].stream, all[i].component)->selected == NT_ICE_NONE)
            nt_ice_session_admit(s, all[i].own, all[i].remote, NT_ICE_FORMED, now);
    free(all);
    nt_ice_candidates_mark_paired(env->own);
    nt_ice_candidates_mark_paired(remotes);
    nt_ice_session_set_unpaired(s, false);
    return NT_OK;
}

int nt_ice_form_lists(struct nt_ice_session *s, nt_time now)
{
    nt_ice_session_permit(s, now);
    int r = add_pairs(s, false, now);
    if (r != NT_OK)
        return r;
    nt_ice_pairs_set_initial_states(nt_ice_session_pairs(s), now);
    nt_ice_lists_set_look_at(nt_ice_session_lists(s), now);
    return NT_OK;
}

void nt_ice_form_late(struct nt_ice_session *s, nt_time now)
{
    uint32_t last = nt_ice_pairs_last_number(nt_ice_session_pairs(s));
    nt_ice_session_permit(s, now);
    if (add_pairs(s, true, now) != NT_OK)
        return; /* the next call tries again */
    nt_ice_pairs_set_late_states(nt_ice_session_pairs(s), last, now);
    nt_ice_lists_set_look_at(nt_ice_session_lists(s), now);
}
