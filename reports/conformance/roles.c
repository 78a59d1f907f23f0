#include "reports/conformance/roles.h"

#include "reports/conformance/rules.h"
#include "reports/conformance/signalling.h"

unsigned nt_conf_kind_binds(enum nt_conf_party_kind kind)
{
    return kind == NT_CONF_AGENT ? NT_CONF_BINDS_CLIENT : kind == NT_CONF_SERVER ? NT_CONF_BINDS_SERVER : 0;
}

unsigned nt_view_binds(const struct nt_view *v, uint32_t party)
{
    unsigned is = nt_conf_kind_binds(v->in->parties[party].kind);
    const struct nt_view_description *own = nt_view_described(v, party, NT_DIR_OUT);
    if (v->in->parties[party].kind != NT_CONF_AGENT || (own == NULL && !v->parties[party].sends_checks))
        return is;
    return is | NT_CONF_BINDS_ICE | (own != NULL && own->d.lite ? 0u : (unsigned)NT_CONF_BINDS_FULL);
}
