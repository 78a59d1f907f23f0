/* A running behaviour discovery, as its tests see it. Each test asks one question and names the step that takes the answer.
 * Private to core/stun. */
#ifndef NT_STUN_DISCOVERY_STATE_H
#define NT_STUN_DISCOVERY_STATE_H

#include "core/stun/discovery_config.h"
#include "core/stun/discovery_result.h"
#include "core/stun/probe.h"

#define NT_HAIRPIN_SENDS 6

struct nt_discovery;
/* `a` NULL: no answer came, or the time to wait is over. */
typedef void nt_discovery_step(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);

struct nt_discovery {
    struct nt_trace trace;
    nt_time lifetime_max; /* bound of the lifetime search; 0: not measured */
    enum nt_lifetime_phase lifetime_phase;
    struct nt_discovery_result result;
    struct nt_probe probe;
    nt_discovery_step *next;
    nt_time wake; /* NT_TIME_NEVER: not asleep */
    /* behaviour.c */
    struct nt_addr server[4]; /* bit 0: the other port, bit 1: the other address */
    unsigned first;           /* the socket of the mapping test */
    struct nt_addr mapped;    /* the last test's */
    struct {
        unsigned socket[2];
        struct nt_addr mapped[2];
        uint8_t ids[NT_HAIRPIN_SENDS][NT_STUN_ID];
        unsigned sends;
    } hairpin;
    /* lifetime.c */
    struct {
        nt_time wait;           /* of the running test */
        nt_time sent, answered; /* the binding's request and its answer */
        nt_time rtt;
        struct nt_addr mapped;
        unsigned socket, control; /* X and Y of RFC 5780, 4.6 */
        unsigned tests, controls;
    } life;
};

void nt_discovery_init(struct nt_discovery *d, const struct nt_discovery_config *config);
void nt_discovery_ask(struct nt_discovery *d, const struct nt_probe_question *q, nt_discovery_step *then);
/* The same from a fresh port; its socket. Ends the discovery when there is none. */
unsigned nt_discovery_ask_fresh(struct nt_discovery *d, struct nt_probe_question q, nt_discovery_step *then);
void nt_discovery_sleep(struct nt_discovery *d, nt_time until, nt_discovery_step *then);
void nt_discovery_finish(struct nt_discovery *d);
void nt_discovery_lack(struct nt_discovery *d, const char *why);    /* something is not measured */
void nt_discovery_give_up(struct nt_discovery *d, const char *why); /* it ends here */
/* Runs the step of a sleep that is over, and of a question that gets no answer. */
void nt_discovery_run(struct nt_discovery *d, nt_time now);

#endif
