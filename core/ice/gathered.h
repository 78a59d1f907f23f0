/* The candidates that gathering brings (RFC 8445, 5.1.1.1 and 5.1.1.2): host, server-reflexive and relayed ones, into the table of
 * env->own. */
#ifndef NT_ICE_GATHERED_H
#define NT_ICE_GATHERED_H

#include "core/ice/gather_state.h"

void nt_ice_gathered_host(struct nt_ice_gather *g, uint16_t base); /* if it is bound, and its address may be told */
/* Of a source: its reflexive one, once its server has told it, and its relayed one, if its allocation stands. */
void nt_ice_gathered_of(struct nt_ice_gather *g, const struct nt_ice_source *s);
void nt_ice_gathered_relayed(struct nt_ice_gather *g, const struct nt_ice_source *s);

#endif
