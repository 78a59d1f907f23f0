/* The state of an allocation as its 5-tuple's messages show it at one party: lifetime, permissions, channels, and what was
 * lately to be relayed. Times are those of the messages. */
#ifndef NT_CONFORMANCE_TURN_STATE_H
#define NT_CONFORMANCE_TURN_STATE_H

#include "reports/conformance/judge.h"

/* RFC 8656, 9 and 12: "The Permission Lifetime MUST be 300 seconds", "Channel bindings last for 10 minutes" */
#define NT_TURN_STATE_PERMISSION (300 * NT_SEC)
#define NT_TURN_STATE_CHANNEL (600 * NT_SEC)
#define NT_TURN_STATE_RECENT 64 /* datagrams on their way through a server */

struct nt_turn_grant { /* a permission (number 0, port 0; 1: only asked for) or a channel */
    struct nt_addr peer;
    uint16_t number;
    nt_time until;
    uint32_t next;
};

struct nt_turn_state {
    bool known, live, removed;
    nt_time expires;
    struct nt_addr relayed;
    uint32_t user;    /* of the input, or NT_VIEW_NONE */
    uint32_t grants;  /* list */
    uint32_t *down;   /* items of the client, to go to peers; a ring */
    uint32_t *up;     /* items of peers, to go to the client */
    unsigned down_next, up_next;
};

struct nt_turn_states {
    struct nt_judge *j;
    struct nt_turn_state *of; /* by pair */
    struct nt_turn_grant *grants;
    size_t grant_count, grant_cap;
};

int nt_turn_states_init(struct nt_turn_states *s, struct nt_judge *j);
void nt_turn_states_free(struct nt_turn_states *s);
/* Follows a success response of the server, sent or received. */
void nt_turn_states_granted(struct nt_turn_states *s, const struct nt_item *m);
/* Follows a client's request: the peers that it tells the server of, whatever the answer. */
void nt_turn_states_asked(struct nt_turn_states *s, const struct nt_item *m);
bool nt_turn_states_told(const struct nt_turn_states *s, const struct nt_turn_state *t, const struct nt_addr *peer, nt_time now);
bool nt_turn_states_live(const struct nt_turn_state *t, nt_time now);
bool nt_turn_states_permitted(const struct nt_turn_states *s, const struct nt_turn_state *t, const struct nt_addr *peer, nt_time now);
/* The live channel of a number, or to a peer; NULL: none. */
const struct nt_turn_grant *nt_turn_states_channel(const struct nt_turn_states *s, const struct nt_turn_state *t, uint16_t number, nt_time now);
const struct nt_turn_grant *nt_turn_states_channel_to(const struct nt_turn_states *s, const struct nt_turn_state *t,
                                                      const struct nt_addr *peer, nt_time now);
void nt_turn_states_note(struct nt_turn_states *s, uint32_t **ring, unsigned *next, uint32_t item);

void nt_judge_turn_server(struct nt_judge *j);

#endif
