/* What reports may ask about candidates and pairs. */
#ifndef NT_ICE_REPORT_H
#define NT_ICE_REPORT_H

#include "core/ice/session.h"

/* Our candidates by stream, component, falling priority, without peer-reflexive ones. NULL: no i-th. */
const struct nt_ice_candidate *nt_ice_report_candidate(const struct nt_ice_env *env, size_t i);
/* Every pair formed, then the valid ones that are not also check-list pairs. */
size_t nt_ice_report_pair_count(const struct nt_ice_session *s);
void nt_ice_report_pair(const struct nt_ice_session *s, size_t i, struct nt_ice_pair_info *info);

#endif
