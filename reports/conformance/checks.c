#include "reports/conformance/checks.h"

#include "reports/conformance/message.h"
#include "reports/conformance/servers.h"

/* A check says so: credentials of two agents, a priority, a role. */
static bool says_ice(const struct nt_view *v, const struct nt_item *m)
{
    const struct nt_item_attr *username = nt_item_attr(v, m, NT_ATTR_USERNAME);
    return (username != NULL && memchr(username->value, ':', username->len) != NULL) ||
           nt_item_attr(v, m, NT_ATTR_PRIORITY) != NULL || nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLING) != NULL ||
           nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLED) != NULL;
}

/* A plain Binding request is a check (with all that is missing) when it goes from one ICE agent to another, and not to a server. */
static bool may_be_plain_check(const struct nt_view *v, const struct nt_item *m)
{
    bool described = v->parties[m->party].description != NT_VIEW_NONE;
    bool ice = m->direction == NT_DIR_IN ? described : described || v->parties[m->party].sends_checks;
    return ice &&
           (m->inner || nt_item_attr(v, m, NT_ATTR_MESSAGE_INTEGRITY) != NULL || nt_view_server_at(v, &m->remote) == NT_VIEW_NONE);
}

void nt_item_note_check(struct nt_view *v, struct nt_item *m)
{
    bool agents = nt_item_is(m, NT_STUN_BINDING, NT_STUN_REQUEST) && v->in->parties[m->party].kind == NT_CONF_AGENT;
    bool says = agents && says_ice(v, m);
    m->check = says || (agents && may_be_plain_check(v, m));
    if (says && m->direction == NT_DIR_OUT && !m->excused)
        v->parties[m->party].sends_checks = true;
}

void nt_item_note_roles(struct nt_view *v, const struct nt_item *m)
{
    if (m->check && m->direction == NT_DIR_IN && m->integrity == NT_SIGNED_RIGHT &&
        nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLING) != NULL && nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLED) != NULL)
        v->parties[m->party].both_roles = true;
}

bool nt_item_answers_check(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_is_response(m) && m->request != NT_VIEW_NONE && v->items[m->request].check;
}

bool nt_item_nominates(const struct nt_view *v, const struct nt_item *m)
{
    bool controls = nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLED) == NULL || nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLING) != NULL;
    return controls && nt_item_attr(v, m, NT_ATTR_USE_CANDIDATE) != NULL;
}

bool nt_item_is_valid_check(const struct nt_view *v, const struct nt_item *m)
{
    uint32_t priority;
    bool conflicting =
        (nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLING) != NULL) == (nt_item_attr(v, m, NT_ATTR_ICE_CONTROLLED) != NULL);
    if (m->direction != NT_DIR_IN || !m->check || (m->flaws & ~NT_FLAWS_HARMLESS) != 0 || conflicting ||
        m->integrity != NT_SIGNED_RIGHT || v->keys[m->key].party != m->party || nt_item_attr(v, m, NT_ATTR_FINGERPRINT) == NULL ||
        !nt_item_u32(v, m, NT_ATTR_PRIORITY, &priority))
        return false;
    return !m->unknown_required;
}

bool nt_item_makes_valid_pair(const struct nt_view *v, const struct nt_item *m)
{
    struct nt_addr mapped;
    return nt_item_is_valid_success(v, m) && nt_item_addr(v, m, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped) &&
           mapped.family == m->local.family && nt_addr_why_impossible(&mapped) == NULL;
}

bool nt_item_is_valid_error(const struct nt_view *v, const struct nt_item *m)
{
    return m->direction == NT_DIR_IN && nt_item_is(m, NT_STUN_BINDING, NT_STUN_ERROR) && nt_item_answers_check(v, m) &&
           (m->flaws & ~NT_FLAWS_HARMLESS) == 0 && m->integrity == NT_SIGNED_RIGHT;
}

bool nt_item_is_valid_success(const struct nt_view *v, const struct nt_item *m)
{
    return m->direction == NT_DIR_IN && nt_item_is(m, NT_STUN_BINDING, NT_STUN_SUCCESS) && nt_item_answers_check(v, m) &&
           (m->flaws & ~NT_FLAWS_HARMLESS) == 0 && m->integrity == NT_SIGNED_RIGHT && !m->unknown_required &&
           v->items[m->request].pair == m->pair && nt_item_has_kind_of(v, m, &v->items[m->request]);
}
