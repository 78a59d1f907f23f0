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

struct faulties *faulties_new(const struct faulty_config *config); /* refers to it; NULL without memory */
void faulties_del(struct faulties *all);                           /* after the run */
struct nt_app_wrapper faulties_wrapper(struct faulties *all);

/* --- for the functions of faults --- */

const struct nt_app_context *faulty_context(const struct faulty *party);
struct nt_rand *faulty_rand(struct faulty *party);
struct secrets *faulty_secrets(struct faulty *party);
/* Sends a payload of the fault's own on the way of `e`, or back on it, later. */
void faulty_send(struct fault_event *e, const uint8_t *bytes, size_t len, nt_time after);
/* The edited message once more, with `key`, on the way of `e`. */
void faulty_send_stun(struct fault_event *e, struct stun_edit *stun, const struct nt_stun_key *key, nt_time after);
/* The inner party gets this payload on the way of `e`, as if the other end had sent it. */
void faulty_receive(struct fault_event *e, const uint8_t *bytes, size_t len, nt_time after);
/* The check of `e` is not sent, and the inner party gets a success response: it does not know. */
void faulty_answer_self(struct fault_event *e);
void faulty_fresh_id(struct faulty *party, uint8_t id[NT_STUN_ID]);
/* For a timer: as faulty_send, on a way that was seen before. */
void faulty_send_on(struct faulty *party, const struct nt_path *path, const struct frame *frame, const uint8_t *bytes, size_t len,
                    nt_time now);

#endif
