/* The agent's own state: its parts, its state as the owner sees it, the next deadline. Below the public calls of ice.h. */
#ifndef NT_ICE_AGENT_H
#define NT_ICE_AGENT_H

#include "core/ice/data.h"
#include "core/ice/gather.h"
#include "core/ice/pacer.h"
#include "core/ice/peer_offer.h"
#include "core/ice/respond.h"
#include "core/ice/sessions.h"

#define NT_ICE_CONSENT_LOST "the consent of a component is lost" /* why its pair carries no data any more */

struct nt_ice_agent;

struct nt_ice_agent *nt_ice_agent_make(const struct nt_ice_config *config, int *err); /* NULL with *err set */
void nt_ice_agent_unmake(struct nt_ice_agent *a);

const struct nt_ice_env *nt_ice_agent_env(const struct nt_ice_agent *a); /* the newest session's */
struct nt_ice_pacer *nt_ice_agent_pacer(const struct nt_ice_agent *a);
struct nt_ice_gather *nt_ice_agent_gather(const struct nt_ice_agent *a);
struct nt_ice_sessions *nt_ice_agent_sessions(const struct nt_ice_agent *a);
struct nt_ice_session *nt_ice_agent_session(const struct nt_ice_agent *a); /* the current one */
struct nt_ice_data *nt_ice_agent_data(const struct nt_ice_agent *a);

enum nt_ice_state nt_ice_agent_state(const struct nt_ice_agent *a);
bool nt_ice_agent_is_silent(const struct nt_ice_agent *a);   /* nothing is sent, and nothing taken */
bool nt_ice_agent_is_checking(const struct nt_ice_agent *a); /* checks are made, or consent is kept */
bool nt_ice_agent_is_closing(const struct nt_ice_agent *a);
bool nt_ice_agent_is_over(const struct nt_ice_agent *a); /* closing, failed, or disconnected */

void nt_ice_agent_begin(struct nt_ice_agent *a, nt_time now);            /* gathers */
void nt_ice_agent_bound(struct nt_ice_agent *a, nt_time now);            /* a bind was answered, or there are none to answer */
void nt_ice_agent_finish_gathering(struct nt_ice_agent *a, nt_time now); /* if all is answered or has failed */
/* Both sides' candidates are there: the newest session makes its checks, and is the current one from then on. NT_OK or NT_ENOMEM.
 */
int nt_ice_agent_form_lists(struct nt_ice_agent *a, nt_time now);
void nt_ice_agent_conclude(struct nt_ice_agent *a, nt_time now);                      /* what has become of the checks */
void nt_ice_agent_heed_consent(struct nt_ice_agent *a, const char *why, nt_time now); /* disconnected, if a component's is lost */
bool nt_ice_agent_takes_free_time(struct nt_ice_agent *a, nt_time now); /* once: it is time to release unused allocations */

/* An exchange within a session: an offer that is not answered yet. */
enum nt_ice_exchange { NT_ICE_EXCHANGE_NONE = 0, NT_ICE_EXCHANGE_OURS, NT_ICE_EXCHANGE_PEERS };
enum nt_ice_exchange nt_ice_agent_exchange(const struct nt_ice_agent *a);
/* NT_ICE_EV_LOCAL follows. `offer`: the peer's, which the agent owns from then on, or NULL. */
void nt_ice_agent_open(struct nt_ice_agent *a, enum nt_ice_exchange whose, struct nt_ice_peer_offer *offer);
const struct nt_ice_peer_offer *nt_ice_agent_peer_offer(const struct nt_ice_agent *a); /* the one that is open, or NULL */
bool nt_ice_agent_is_describable(const struct nt_ice_agent *a, bool offer);
void nt_ice_agent_note_told(struct nt_ice_agent *a);      /* our description has been had */
bool nt_ice_agent_has_told(const struct nt_ice_agent *a); /* in the exchange that is open */
/* A restart begins: a pending session, whose candidates are gathered. NT_OK; NT_ENOMEM, NT_ELIMIT: as it was. */
int nt_ice_agent_begin_restart(struct nt_ice_agent *a, nt_time now);
void nt_ice_agent_give_up_restart(struct nt_ice_agent *a, nt_time now); /* the session goes on as it was */
void nt_ice_agent_end_exchange(struct nt_ice_agent *a);                 /* the answer has come, or has left */
void nt_ice_agent_roll_back(struct nt_ice_agent *a, nt_time now);       /* it comes to nothing */

void nt_ice_agent_fail(struct nt_ice_agent *a, const char *why, nt_time now);
void nt_ice_agent_close(struct nt_ice_agent *a, nt_time now);
void nt_ice_agent_settle(struct nt_ice_agent *a, nt_time now); /* what every call ends with */
void nt_ice_agent_set_due(struct nt_ice_agent *a);             /* the timer has something to do at once */
void nt_ice_agent_reckon_deadline(struct nt_ice_agent *a);
nt_time nt_ice_agent_deadline(const struct nt_ice_agent *a);

#endif
