#include "reports/conformance/nominations.h"

#include "core/base/err.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"
#include "reports/conformance/transactions.h"

#include <stdlib.h>

enum { SUCCEEDED = 1, PROPOSED = 2 }; /* of a link: its agent's check has succeeded; the peer's USE-CANDIDATE was accepted */

static void nominate(struct nt_nominations *n, const struct nt_view *v, const struct nt_item *m, bool own)
{
    struct nt_nomination *of = &n->of[m->session];
    if (of->item == NT_VIEW_NONE)
        *of = (struct nt_nomination){.item = nt_item_number(v, m), .own = own};
    of->last = nt_item_number(v, m);
}

/* RFC 8445, 7.3.1.5: a controlled agent nominates once its own check of the pair has succeeded, too. */
static void note(struct nt_nominations *n, const struct nt_view *v, const struct nt_item *m, uint8_t *links)
{
    bool success = nt_item_is(m, NT_STUN_BINDING, NT_STUN_SUCCESS) && nt_item_answers_check(v, m) && !m->excused;
    if (!success)
        return;
    bool flagged = nt_item_nominates(v, &v->items[m->request]);
    if (m->direction == NT_DIR_IN && nt_item_is_late(v, m)) {
        n->of[m->session].doubtful = true;
        return;
    }
    uint8_t before = links[m->link];
    if (m->direction == NT_DIR_OUT)
        links[m->link] |= flagged ? PROPOSED : 0;
    else if (nt_item_makes_valid_pair(v, m))
        links[m->link] |= SUCCEEDED;
    else
        return;
    bool again = m->direction == NT_DIR_OUT ? !flagged : links[m->link] == before;
    if (m->direction == NT_DIR_IN && flagged)
        nominate(n, v, m, true);
    else if (links[m->link] == (SUCCEEDED | PROPOSED) && !again)
        nominate(n, v, m, false);
}

/* Somebody describes itself again, or may have to: for a peer without ice2 (RFC 8839, 4.3.4). */
static bool are_asked_for(const struct nt_view *v)
{
    for (uint32_t p = 0; p < v->in->party_count; p++) {
        size_t told = 0;
        for (uint32_t i = v->parties[p].description; i != NT_VIEW_NONE; i = v->descriptions[i].next)
            if (v->descriptions[i].direction == NT_DIR_OUT)
                told += v->descriptions[i].err == NT_OK && !v->descriptions[i].fragment && !v->descriptions[i].d.ice2 ? 2 : 1;
        if (told > 1)
            return true;
    }
    return false;
}

int nt_nominations_find(struct nt_nominations *n, const struct nt_view *v)
{
    size_t count = v->first_session[v->in->party_count];
    uint8_t *links = calloc(v->link_count + 1u, 1);
    n->of = malloc((count + 1) * sizeof *n->of);
    if (n->of == NULL || links == NULL) {
        free(n->of);
        free(links);
        return NT_ENOMEM;
    }
    for (size_t i = 0; i < count; i++)
        n->of[i] = (struct nt_nomination){.item = NT_VIEW_NONE, .last = NT_VIEW_NONE};
    size_t items = are_asked_for(v) ? v->count : 0;
    for (size_t i = 0; i < items; i++)
        if (v->items[i].session != NT_VIEW_NONE)
            note(n, v, &v->items[i], links);
    free(links);
    return NT_OK;
}

void nt_nominations_free(struct nt_nominations *n)
{
    free(n->of);
}
