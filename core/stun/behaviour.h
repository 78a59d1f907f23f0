/* A behaviour discovery as its tests see it. Each test asks one question and names the function that takes the answer.
 * Private to core/stun. */
#ifndef NT_STUN_BEHAVIOUR_H
#define NT_STUN_BEHAVIOUR_H

#include "core/stun/discovery.h"
#include "core/stun/probe.h"

#define NT_HAIRPIN_SENDS 6

/* `a` NULL: no answer came, or the time to wait is over. */
typedef void nt_discovery_step(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);

struct nt_discovery {
    struct nt_discovery_config config;
    struct nt_discovery_result result;
    struct nt_probe probe;
    nt_discovery_step *next;
    nt_time wake; /* NT_TIME_NEVER: not asleep */
    struct nt_addr server[4]; /* bit 0: the other port, bit 1: the other address */
    unsigned first;           /* the socket of the mapping test */
    struct nt_addr mapped;    /* the last test's */
    struct {
        unsigned socket[2];
        struct nt_addr mapped[2];
        uint8_t ids[NT_HAIRPIN_SENDS][NT_STUN_ID];
        unsigned sends;
    } hairpin;
    struct {
        nt_time wait;             /* of the running test */
        nt_time sent, answered;   /* the binding's request and its answer */
        nt_time rtt;
        struct nt_addr mapped;
        unsigned socket, control; /* X and Y of RFC 5780, 4.6 */
        unsigned tests, controls;
    } life;
};

void nt_behaviour_start(struct nt_discovery *d, nt_time now);
void nt_lifetime_start(struct nt_discovery *d, nt_time now);
/* A request of ours came back to one of our sockets. */
void nt_hairpin_heard(struct nt_discovery *d, const struct nt_path *path, const uint8_t id[NT_STUN_ID]);

void nt_discovery_ask(struct nt_discovery *d, const struct nt_probe_question *q, nt_discovery_step *then);
/* The same from a fresh port; its socket. Ends the discovery when there is none. */
unsigned nt_discovery_ask_fresh(struct nt_discovery *d, struct nt_probe_question q, nt_discovery_step *then);
void nt_discovery_sleep(struct nt_discovery *d, nt_time until, nt_discovery_step *then);
void nt_discovery_finish(struct nt_discovery *d);

#endif
