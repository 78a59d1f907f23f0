/* A faulty party: our own well-behaved agent or server, before which the faults of its run stand. They see what it sends and what
 * it gets, on the wire and in its descriptions. */
#ifndef FAULTY_FAULTY_H
#define FAULTY_FAULTY_H

#include "core/base/rand.h"
#include "tests/faulty/fault.h"

#define FAULTY_FAULTS_MAX 16

struct faulty_config {
    const char *at; /* the name of its node */
    const struct fault *faults[FAULTY_FAULTS_MAX];
    size_t count;
    nt_time from, to; /* transactions, data and descriptions that begin in this time; to 0: to the end */
    bool relayed;     /* only what goes over the party's relay */
};

/* All parties of one run: as an exploration builds several worlds, there may be more than one. */
struct faulties;

/* Refers to the configurations, one for each faulty node. NULL without memory. */
struct faulties *faulties_new(const struct faulty_config *configs, size_t count);
void faulties_del(struct faulties *all); /* after the run */
struct nt_app_wrapper faulties_wrapper(struct faulties *all);
/* Of a party whose descriptions go another way: what a side tells, as lines of SDP in `cap` bytes. Its own may be changed; false:
 * it is not told. */
bool faulties_describe(struct faulties *all, char *lines, size_t cap, bool own, bool first, nt_time now);

/* --- for the functions of faults --- */

const struct nt_app_context *faulty_context(const struct faulty *party);
struct nt_rand *faulty_rand(struct faulty *party);
struct secrets *faulty_secrets(struct faulty *party);
/* The pairs with checks, in their order; NULL: there are no more. */
struct fault_pair *faulty_pair(struct faulty *party, size_t i);
struct fault_pair *faulty_pair_of(struct faulty *party, const struct fault_event *e); /* NULL: no check was sent on it */
struct fault_pair *faulty_nominated(struct faulty *party);                            /* NULL: none is */
void faulty_fresh_id(struct faulty *party, uint8_t id[NT_STUN_ID]);
/* Sends a payload of the fault's own on the way of `e`, later; or a datagram on a pair. */
void faulty_send(struct fault_event *e, const uint8_t *bytes, size_t len, nt_time after);
void faulty_send_on(struct faulty *party, const struct fault_pair *pair, const uint8_t *bytes, size_t len, nt_time at);
/* The check once more, as a new transaction. pair NULL, for there are more than are kept: nothing is sent. */
void faulty_send_check(struct faulty *party, const struct fault_pair *pair, struct stun_edit check, nt_time at);
/* The inner party gets this payload on the way of `e`, as if the other end had sent it. */
void faulty_receive(struct fault_event *e, const uint8_t *bytes, size_t len, nt_time after);
/* The check of `e` is not sent, and the inner party gets a success response: it does not know. */
void faulty_answer_self(struct fault_event *e);

#endif
