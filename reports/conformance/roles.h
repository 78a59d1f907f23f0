/* Inside of the room: what each party is, and so which rules bind it: bits of enum nt_conf_binds. */
#ifndef NT_CONFORMANCE_ROLES_H
#define NT_CONFORMANCE_ROLES_H

#include "reports/conformance/view.h"

unsigned nt_conf_kind_binds(enum nt_conf_party_kind kind); /* as far as the kind alone tells */
unsigned nt_view_binds(const struct nt_view *v, uint32_t party);

#endif
