#include "reports/conformance/nominations.h"

#include "core/base/err.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/message.h"

#include <stdlib.h>

static void note(struct nt_nominations *n, const struct nt_view *v, const struct nt_item *m)
{
    bool success = nt_item_is(m, NT_STUN_BINDING, NT_STUN_SUCCESS) && nt_item_answers_check(v, m) && !m->excused;
    if (!success || n->of[m->session].item != NT_VIEW_NONE || nt_item_attr(v, &v->items[m->request], NT_ATTR_USE_CANDIDATE) == NULL)
        return;
    if (m->direction == NT_DIR_OUT || nt_item_is_valid_success(v, m))
        n->of[m->session] = (struct nt_nomination){.item = nt_item_number(v, m), .own = m->direction == NT_DIR_IN};
}

int nt_nominations_find(struct nt_nominations *n, const struct nt_view *v)
{
    size_t count = v->first_session[v->in->party_count];
    n->of = malloc((count + 1) * sizeof *n->of);
    if (n->of == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < count; i++)
        n->of[i] = (struct nt_nomination){.item = NT_VIEW_NONE};
    for (size_t i = 0; i < v->count; i++)
        if (v->items[i].session != NT_VIEW_NONE)
            note(n, v, &v->items[i]);
    return NT_OK;
}

void nt_nominations_free(struct nt_nominations *n)
{
    free(n->of);
}
