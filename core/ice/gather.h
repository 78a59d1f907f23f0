/* Gathering (RFC 8445, section 5.1.1): one transaction for each base and server every Ta, and the candidates that come of them. */
#ifndef NT_ICE_GATHER_H
#define NT_ICE_GATHER_H

#include "core/ice/env.h"
#include "core/ice/outbox.h"

#define NT_ICE_SOURCES_MAX 4096   /* servers, as seen from each base */
#define NT_ICE_GATHERED_MAX 16384 /* candidates that may be gathered into one table */

struct nt_ice_gather;

struct nt_ice_gather *nt_ice_gather_new(const struct nt_ice_env *env); /* NULL without memory */
void nt_ice_gather_del(struct nt_ice_gather *g);
/* Sources for the bases that have none, and room for what they may bring. Once ICE is done they are not asked. NT_OK, NT_ENOMEM or
 * NT_ELIMIT: as it was before. */
int nt_ice_gather_extend(struct nt_ice_gather *g);
void nt_ice_gather_tell_unasked(const struct nt_ice_gather *g, nt_time now); /* servers that are not asked, with the reason */
/* ICE restart (RFC 8445, 9): gathers anew, into the table that env->own has become. All interfaces have bases then. Every STUN
 * server is asked from the same ports as before, as is the TURN server of an allocation that stands, which is told again if the
 * server sees the same client still. Other allocations are asked for from a port of their own: there is one for each 5-tuple (RFC
 * 8656, 7.2). NT_OK, NT_ENOMEM: as it was, but that bases may have come. */
int nt_ice_gather_again(struct nt_ice_gather *g, nt_time now);
/* Nothing comes of that restart: env->own is the former table again. */
void nt_ice_gather_back(struct nt_ice_gather *g, nt_time now);
/* A bind was answered. With trickle, host candidates are there as soon as all are. */
void nt_ice_gather_bound(struct nt_ice_gather *g);
void nt_ice_gather_lose_bases(struct nt_ice_gather *g, nt_time now); /* nothing is asked from those that are gone */
bool nt_ice_gather_start_one(struct nt_ice_gather *g, nt_time now);  /* a transaction; false: none is due */
/* Is this Binding response from `from`, to `base`, one to a source's request? */
bool nt_ice_gather_response(struct nt_ice_gather *g, uint16_t base, const struct nt_addr *from, const struct nt_stun_msg *m,
                            nt_time now);
void nt_ice_gather_timer(struct nt_ice_gather *g, nt_time now);
nt_time nt_ice_gather_deadline(const struct nt_ice_gather *g, nt_time next_start);
/* What became of a source's allocation. */
void nt_ice_gather_allocated(struct nt_ice_gather *g, uint16_t source, uint16_t base, const struct nt_addr *mapped, nt_time now);
void nt_ice_gather_refused(struct nt_ice_gather *g, uint16_t source, int code, nt_time now);
void nt_ice_gather_stands(struct nt_ice_gather *g, uint16_t source); /* its server knows the allocation */
/* Ends gathering when every bind and every transaction is answered or has failed. True: now. With full trickle and
 * config.continual it ends when it is stopped: more interfaces may come. */
bool nt_ice_gather_finish(struct nt_ice_gather *g);
/* ICE is done, or has failed: what is not there yet will not come, and no binding is kept alive. True: gathering ends now. */
bool nt_ice_gather_stop(struct nt_ice_gather *g, nt_time now);
void nt_ice_gather_close(struct nt_ice_gather *g); /* nothing more is sent */
/* The first with trickle: host candidates are there. The second: no answer is awaited. The third: it has ended. */
bool nt_ice_gather_ready(const struct nt_ice_gather *g);
bool nt_ice_gather_settled(const struct nt_ice_gather *g);
bool nt_ice_gather_done(const struct nt_ice_gather *g);
int nt_ice_gather_build(const struct nt_ice_gather *g, const struct nt_ice_message *m, uint8_t *buf, size_t cap);

#endif
