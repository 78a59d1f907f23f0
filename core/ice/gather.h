/* Gathering (RFC 8445, section 5.1.1): one transaction for each base and server every Ta, and the candidates that come of them. */
#ifndef NT_ICE_GATHER_H
#define NT_ICE_GATHER_H

#include "core/ice/env.h"
#include "core/ice/outbox.h"

#define NT_ICE_SOURCES_MAX 4096

struct nt_ice_gather;

struct nt_ice_gather *nt_ice_gather_new(const struct nt_ice_env *env); /* NULL without memory */
void nt_ice_gather_del(struct nt_ice_gather *g);
/* The sources for the bases there are, and room for what they may bring. NT_OK, NT_ENOMEM or NT_ELIMIT: as it was before. */
int nt_ice_gather_make(struct nt_ice_gather *g, nt_time now);
/* env->own is another table, and empty: all sources are asked anew from the bases there are, but for allocations that stand. NT_OK,
 * or NT_ENOMEM: as it was before. */
int nt_ice_gather_again(struct nt_ice_gather *g, nt_time now);
/* env->own is the table of before nt_ice_gather_again. If gathering had ended for it, that is so still; otherwise it goes on, with
 * what has come since. */
void nt_ice_gather_back(struct nt_ice_gather *g, nt_time now);
/* A bind was answered. With trickle, host candidates are there as soon as all are. */
void nt_ice_gather_bound(struct nt_ice_gather *g);
bool nt_ice_gather_start_one(struct nt_ice_gather *g, nt_time now); /* a transaction; false: none is due */
/* Is this Binding response from `from`, to `base`, one to a source's request? */
bool nt_ice_gather_response(struct nt_ice_gather *g, uint16_t base, const struct nt_addr *from, const struct nt_stun_msg *m,
                            nt_time now);
void nt_ice_gather_timer(struct nt_ice_gather *g, nt_time now);
nt_time nt_ice_gather_deadline(const struct nt_ice_gather *g, nt_time next_start);
/* What became of a source's allocation. */
void nt_ice_gather_allocated(struct nt_ice_gather *g, uint16_t source, uint16_t base, const struct nt_addr *mapped, nt_time now);
void nt_ice_gather_refused(struct nt_ice_gather *g, uint16_t source, int code);
/* Ends gathering when every bind and every transaction is answered or has failed. True: now. */
bool nt_ice_gather_finish(struct nt_ice_gather *g);
/* ICE is done, or has failed: what is not there yet will not come, and no binding is kept alive. True: gathering ends now. */
bool nt_ice_gather_stop(struct nt_ice_gather *g, nt_time now);
void nt_ice_gather_close(struct nt_ice_gather *g); /* nothing more is sent */
/* The first with trickle: host candidates are there. The second: all are. */
bool nt_ice_gather_ready(const struct nt_ice_gather *g);
bool nt_ice_gather_done(const struct nt_ice_gather *g);
int nt_ice_gather_build(const struct nt_ice_gather *g, const struct nt_ice_message *m, uint8_t *buf, size_t cap);

#endif
