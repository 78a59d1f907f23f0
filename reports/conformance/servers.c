#include "reports/conformance/servers.h"

static bool has_address(const struct nt_conf_party *party, const struct nt_addr *a)
{
    for (size_t i = 0; i < party->address_count; i++)
        if (nt_addr_same_ip(&party->addresses[i], a))
            return true;
    return false;
}

uint32_t nt_view_server_at(const struct nt_view *v, const struct nt_addr *a)
{
    for (uint32_t i = 0; i < v->in->party_count; i++)
        if (v->in->parties[i].kind == NT_CONF_SERVER && has_address(&v->in->parties[i], a))
            return i;
    return NT_VIEW_NONE;
}

uint32_t nt_item_server(const struct nt_view *v, const struct nt_item *m)
{
    return nt_item_party(v, m)->kind == NT_CONF_SERVER ? m->party : nt_view_server_at(v, &m->remote);
}
