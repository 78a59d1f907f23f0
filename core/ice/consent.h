/* Consent freshness (RFC 7675) and keepalives (RFC 8445, section 11) of the selected pairs: what is due when. The messages are the
 * session's. */
#ifndef NT_ICE_CONSENT_H
#define NT_ICE_CONSENT_H

#include "core/ice/types.h"
#include "core/stun/stun.h"

#define NT_ICE_CONSENT_LONGEST (6 * NT_SEC) /* between two requests; an answer that is older says nothing of now */
#define NT_ICE_CONSENT_IDS 8                /* consent requests that may still be answered: 30 s / 4 s */

enum nt_ice_consent_due { NT_ICE_CONSENT_WAIT = 0, NT_ICE_CONSENT_ASK, NT_ICE_CONSENT_EXPIRED, NT_ICE_CONSENT_KEEPALIVE };

struct nt_ice_consents;

nt_time nt_ice_consent_interval(struct nt_rand *rand); /* between two requests */

struct nt_ice_consents *nt_ice_consents_new(const struct nt_ice_config *config, struct nt_rand *rand,
                                            size_t components); /* NULL without memory */
void nt_ice_consents_del(struct nt_ice_consents *t);
/* The component has another selected pair, whose last check was answered at `answered_at`. */
void nt_ice_consents_begin(struct nt_ice_consents *t, size_t component, nt_time answered_at, nt_time now);
enum nt_ice_consent_due nt_ice_consents_due(const struct nt_ice_consents *t, size_t component, nt_time now);
/* What a request was sent with. */
struct nt_ice_consent_request {
    uint8_t id[NT_STUN_ID];
    enum nt_ice_role role;
    uint64_t tie_breaker;
    bool answered;
};

/* `request` has been sent; NULL: it could not be. */
void nt_ice_consents_asked(struct nt_ice_consents *t, size_t component, const struct nt_ice_consent_request *request, nt_time now);
void nt_ice_consents_sent(struct nt_ice_consents *t, size_t component, nt_time now); /* anything on the selected pair */
void nt_ice_consents_renew(struct nt_ice_consents *t, size_t component, nt_time now);
void nt_ice_consents_end(struct nt_ice_consents *t, size_t component); /* nothing is asked, and nothing can be lost */
/* Its pair has ended, and another one may follow: no data is sent meanwhile, and consent is lost in 30 seconds. */
void nt_ice_consents_suspend(struct nt_ice_consents *t, size_t component, nt_time now);
/* When its pair has ended: it is suspended, or two requests in a row have no answer, the second one for an RTO. NT_TIME_NEVER: it
 * has not. */
nt_time nt_ice_consents_ended_at(const struct nt_ice_consents *t, size_t component);
bool nt_ice_consents_allow(const struct nt_ice_consents *t, size_t component); /* data may be sent */
void nt_ice_consents_lose(struct nt_ice_consents *t, size_t component);
/* The request with this id that has no answer yet, and whose it was; NULL: there is none. */
const struct nt_ice_consent_request *nt_ice_consents_find(const struct nt_ice_consents *t, const uint8_t *id, size_t *component);
/* The request with this id has its answer: its transaction is over, and the same answer again counts for nothing. */
void nt_ice_consents_answered(struct nt_ice_consents *t, size_t component, const uint8_t *id);
bool nt_ice_consents_lost(const struct nt_ice_consents *t, size_t component);
bool nt_ice_consents_any_lost(const struct nt_ice_consents *t);
/* Has a request been unanswered for at least an RTO? */
bool nt_ice_consents_doubtful(const struct nt_ice_consents *t, size_t component, nt_time now);
nt_time nt_ice_consents_deadline(const struct nt_ice_consents *t);

#endif
