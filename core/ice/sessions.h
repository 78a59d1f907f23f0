/* The check sessions of an agent, three at most. A restart (RFC 8445, section 9) begins a pending one, which becomes the current
 * one when the offer and its answer are there, or is given up. One whose selected pairs carry data then is kept until the current
 * one has selected its own. */
#ifndef NT_ICE_SESSIONS_H
#define NT_ICE_SESSIONS_H

#include "core/ice/session.h"

struct nt_ice_sessions;

/* With the first one, which draws from `rand`; NULL without memory. */
struct nt_ice_sessions *nt_ice_sessions_new(const struct nt_ice_env *env, struct nt_rand *rand);
void nt_ice_sessions_del(struct nt_ice_sessions *t);
struct nt_ice_session *nt_ice_sessions_current(const struct nt_ice_sessions *t);
struct nt_ice_session *nt_ice_sessions_pending(const struct nt_ice_sessions *t); /* or NULL */
struct nt_ice_session *nt_ice_sessions_former(const struct nt_ice_sessions *t);  /* the kept one, or NULL */
struct nt_ice_session *nt_ice_sessions_newest(const struct nt_ice_sessions *t);  /* the pending one, or else the current one */
/* The session with this generation; NULL: it has gone. */
struct nt_ice_session *nt_ice_sessions_of(const struct nt_ice_sessions *t, uint32_t generation);
/* The session whose user name fragment a USERNAME begins with (RFC 8445, 7.3); NULL: none. */
struct nt_ice_session *nt_ice_sessions_named(const struct nt_ice_sessions *t, const uint8_t *username, size_t len);
/* The session over whose selected pairs the data of a stream go; NULL: none has all of them. */
struct nt_ice_session *nt_ice_sessions_carrier(const struct nt_ice_sessions *t, uint8_t stream);

/* A pending one, of which there is none yet, with other credentials. NT_OK or NT_ENOMEM. */
int nt_ice_sessions_begin(struct nt_ice_sessions *t);
void nt_ice_sessions_roll_back(struct nt_ice_sessions *t); /* it goes */
/* It becomes the current one. `keep`: the session that was current, and carries data. */
void nt_ice_sessions_commit(struct nt_ice_sessions *t, bool keep, nt_time now);
void nt_ice_sessions_retire_way(struct nt_ice_sessions *t, struct nt_ice_via via); /* candidates of `via` are gone */
bool nt_ice_sessions_lose_bases(struct nt_ice_sessions *t, nt_time now);           /* as nt_ice_freshness_lose_bases, of all */
void nt_ice_sessions_retire(struct nt_ice_sessions *t);                            /* the kept one asks for no consent any more */
void nt_ice_sessions_forget(struct nt_ice_sessions *t);                            /* it goes */

#endif
