#include "reports/conformance/agent_events.h"

#include "reports/conformance/checks.h"

static bool is_answer(const struct nt_view *v, const struct nt_item *m)
{
    return m->method == NT_STUN_BINDING && nt_item_answers_check(v, m);
}

static nt_agent_handler *stun_sent(const struct nt_view *v, const struct nt_agent_handlers *h, const struct nt_item *m)
{
    if (m->class_ == NT_STUN_REQUEST)
        return h->request_sent;
    return h->answer_sent != NULL && is_answer(v, m) ? h->answer_sent : NULL;
}

static nt_agent_handler *stun_came(const struct nt_view *v, const struct nt_agent_handlers *h, const struct nt_item *m)
{
    if (nt_item_is_response(m) && m->method != NT_STUN_BINDING)
        return m->request == NT_VIEW_NONE ? NULL : m->class_ == NT_STUN_SUCCESS ? h->granted : h->denied;
    if (nt_item_is_response(m)) {
        nt_agent_handler *handler = m->class_ == NT_STUN_SUCCESS ? h->success_came : h->refusal_came;
        return handler != NULL && is_answer(v, m) ? handler : NULL;
    }
    return h->check_came != NULL && nt_item_is_valid_check(v, m) ? h->check_came : NULL;
}

static nt_agent_handler *handler_of(const struct nt_view *v, const struct nt_agent_handlers *h, const struct nt_item *m)
{
    bool out = m->direction == NT_DIR_OUT;
    if (m->kind == NT_ITEM_DATA)
        return out && !m->excused ? h->data_sent : NULL;
    if (m->kind != NT_ITEM_STUN)
        return NULL;
    return out ? stun_sent(v, h, m) : stun_came(v, h, m);
}

void nt_agent_events(const struct nt_view *v, const struct nt_agent_handlers *handlers, void *state)
{
    for (uint32_t i = 0; i < v->count; i++) {
        const struct nt_item *m = &v->items[i];
        if (nt_item_party(v, m)->kind != NT_CONF_AGENT)
            continue;
        if (handlers->damaged_sent != NULL && m->excused && m->direction == NT_DIR_OUT)
            handlers->damaged_sent(state, m);
        nt_agent_handler *handler = handler_of(v, handlers, m);
        if (handler != NULL)
            handler(state, m);
    }
}
