/* What an agent says about itself: trace events, and the statistics that count them. */
#ifndef NT_ICE_RECORD_H
#define NT_ICE_RECORD_H

#include "core/ice/types.h"

struct nt_ice_record;

struct nt_ice_record *nt_ice_record_new(const struct nt_trace *trace); /* NULL without memory */
void nt_ice_record_del(struct nt_ice_record *r);
void nt_ice_record_event(struct nt_ice_record *r, struct nt_trace_event ev);
/* The input that is being taken is discarded: it came from `remote` to `local` (NULL: unknown). */
void nt_ice_record_discard(struct nt_ice_record *r, const struct nt_why *why, const struct nt_addr *local,
                           const struct nt_addr *remote, nt_time now);
/* Something else is dropped: what was to leave for `remote` (NULL: unknown), or what was kept. `why` is static text. */
void nt_ice_record_drop(struct nt_ice_record *r, const struct nt_addr *local, const struct nt_addr *remote, const char *why,
                        nt_time now);
/* The same of an address that the input tells: `what` it is, and `why` it is refused. The input is discarded. */
void nt_ice_record_refused_address(struct nt_ice_record *r, const struct nt_addr *local, const struct nt_addr *remote,
                                   const char *what, const char *why, nt_time now);
void nt_ice_record_retransmission(struct nt_ice_record *r);
const struct nt_ice_stats *nt_ice_record_stats(const struct nt_ice_record *r);

#endif
