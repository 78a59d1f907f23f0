/* The contract with an external process that runs an ICE agent (an adapter): JSON lines on its standard streams, as in
 * tests/interop/README.md. */
#ifndef NT_PROGRAMS_ADAPTER_PIPE_H
#define NT_PROGRAMS_ADAPTER_PIPE_H

#include "natsim/live/machine.h"
#include "scenarios/programs/adapter_messages.h"
#include "scenarios/programs/program_log.h"

struct nt_adapter_server {
    struct nt_addr addr;
    const char *user, *password; /* NULL: a STUN server */
};

struct nt_adapter_start {
    bool controlling, offerer, relay_only;
    const struct nt_adapter_server *servers;
    size_t server_count;
};

struct nt_adapter;

struct nt_adapter_config {
    struct nt_machine *machine;
    const char *command;
    struct nt_program_log *log; /* every line in both directions, and standard error; the caller's */
    void (*event)(void *user, const struct nt_adapter_event *ev, nt_time now);
    void *user;
};

struct nt_adapter *nt_adapter_new(const struct nt_adapter_config *config); /* NULL: it cannot be started */
void nt_adapter_del(struct nt_adapter *adapter);
const struct nt_adapter_hello *nt_adapter_hello(const struct nt_adapter *adapter); /* NULL: it has not said it yet */
const char *nt_adapter_last_words(const struct nt_adapter *adapter);               /* the last line of standard error, or "" */
const char *nt_adapter_last_line(const struct nt_adapter *adapter); /* the last of standard output that is no message, or "" */

void nt_adapter_start(struct nt_adapter *adapter, const struct nt_adapter_start *start);
/* The peer's description. An offer after its own first description asks for an answer. */
void nt_adapter_describe_sdp(struct nt_adapter *adapter, bool offer, const char *sdp, size_t len);
void nt_adapter_describe(struct nt_adapter *adapter, bool offer, const char *ufrag, const char *pwd, const char *options);
/* `ufrag`: of the peer's description that they belong to, "": not known. */
void nt_adapter_candidate(struct nt_adapter *adapter, const char *candidate, size_t len, const char *mid, const char *ufrag);
void nt_adapter_candidates_end(struct nt_adapter *adapter, const char *ufrag);
void nt_adapter_restart(struct nt_adapter *adapter); /* it owes an offer with new credentials then */
void nt_adapter_stop(struct nt_adapter *adapter);

#endif
