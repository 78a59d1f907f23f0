/* The way of each transaction that an agent began, as the capture shows it: a check of ICE, direct or through a relay, or a request
 * to a server. */
#ifndef NT_JUDGE_CHECK_WAYS_H
#define NT_JUDGE_CHECK_WAYS_H

#include "core/base/map.h"
#include "core/stun/message.h"
#include "scenarios/world/world.h"

#define NT_CHECK_WAYS_MAX 100000 /* transactions of one case; later ones are not followed, and `cut` says so */

/* Where one message of a transaction, whose copies retransmissions are, was seen. Frames are numbers from 1; 0: none. */
struct nt_way_seen {
    uint32_t last;    /* the last frame that shows it */
    uint32_t ended;   /* the last that shows a copy dropped or discarded */
    uint32_t arrived; /* the first at which it was taken by the other end: an agent or a server */
};

struct nt_check_way {
    uint32_t agent; /* who began it */
    struct nt_addr src,
        dst;            /* as the agent sent it; through a relay: the relayed address (unset until the server sent), the peer */
    struct nt_addr via; /* the server that relays it; unset: none */
    uint16_t method;
    struct nt_way_seen request, response;
    bool success;                 /* of the response */
    uint16_t code;                /* of an error response */
    struct nt_addr answered_from; /* where the response that the agent took came from */
    uint32_t taken;               /* the frame at which the agent got its response; 0: it did not */
    bool late;                    /* it had given the transaction up by then */
    uint8_t id[NT_STUN_ID];
};

struct nt_check_ways {
    struct nt_check_way *of; /* in the order in which they began */
    size_t count, cap;
    bool cut; /* there are more, or packets that are not kept any more */
    struct nt_map by_id;
};

/* Of the packets that the world's capture has kept. 0 or NT_ENOMEM; to be freed either way. */
int nt_check_ways_find(struct nt_check_ways *ways, const struct nt_world *w);
void nt_check_ways_free(struct nt_check_ways *ways);

/* The last of this agent from `base` to `remote`: through a relay where `relayed`, when `base` is the relayed address. NULL: none.
 */
const struct nt_check_way *nt_check_ways_last(const struct nt_check_ways *ways, uint32_t agent, const struct nt_addr *base,
                                              const struct nt_addr *remote, bool relayed);
/* Likewise the first after the last that was answered: what ended an exchange that had gone on. NULL: the last was answered. */
const struct nt_check_way *nt_check_ways_unanswered(const struct nt_check_ways *ways, uint32_t agent, const struct nt_addr *base,
                                                    const struct nt_addr *remote, bool relayed);
/* Whose address it is, the service's or one of relayed addresses; NULL: no server's. */
const struct nt_scn_server *nt_check_ways_server(const struct nt_scn_case *c, const struct nt_addr *a);
/* The last request of this agent to the server with the relayed address for a permission for the address of `peer`. NULL: none is
 * kept. */
const struct nt_check_way *nt_check_ways_permission(const struct nt_check_ways *ways, const struct nt_world *w, uint32_t agent,
                                                    const struct nt_addr *relayed, const struct nt_addr *peer);
/* The frame that ended it or shows it last; *response: it is one of the response. 0: none. */
uint32_t nt_check_way_end(const struct nt_check_way *way, bool *response);

#endif
