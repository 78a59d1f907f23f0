/* Inside of the room, for the files rfc8445_*.c that follow agents through time: what messages have shown so far of a link (a pair
 * in a session), of a component, a session, an agent. rfc8445_pairs.c writes it. */
#ifndef NT_CONFORMANCE_RFC8445_STATE_H
#define NT_CONFORMANCE_RFC8445_STATE_H

#include "reports/conformance/finding.h"
#include "reports/conformance/granted.h"

struct nt_seen_link {
    uint32_t success;    /* its last valid success response, or NT_VIEW_NONE */
    bool late_success;   /* one came when the check had ended: the pair may be valid, and need not */
    uint32_t asymmetric; /* the last one that came from another address */
    uint32_t waits;      /* the received check that must still trigger one, or NT_VIEW_NONE */
    nt_time waits_until;
    bool checked, nominated;
    bool peer_nominated; /* a check with USE-CANDIDATE was received and answered with success */
};

struct nt_seen_component {  /* by place */
    bool checked, proposed; /* proposed: a check with USE-CANDIDATE was sent */
    bool peer_nominated;    /* as of a link */
    uint32_t success;       /* the first valid success response, or NT_VIEW_NONE */
    uint32_t named;         /* the last check with USE-CANDIDATE that was sent, or NT_VIEW_NONE */
    uint32_t nomination;    /* the greatest NOMINATION that was sent */
    uint32_t nominated;     /* the success of the first check with USE-CANDIDATE, or NT_VIEW_NONE */
    nt_time selected;       /* when it first had a selected pair; NT_TIME_NEVER: it has none */
    uint32_t frame;         /* that of the selection */
};

struct nt_seen_session {
    uint32_t open;     /* components with checks and without a selected pair */
    uint32_t pairs;    /* that it has checked */
    uint32_t waiting;  /* of them and others, those that wait for a triggered check */
    nt_time concluded; /* when the last component that had none selected a pair; while `open` is not 0 it is not all */
    bool any_success;
    uint32_t last_binding; /* the last check or answer to one that the agent sends in it, or NT_VIEW_NONE */
    bool conflicted;       /* the peer says that it controls, by a check or a 487: the agent had to switch */
};

struct nt_seen_agent {
    bool controls;    /* its last check said so, and it has accepted none since of a peer that does */
    uint32_t started; /* the last transaction that it started, or NT_VIEW_NONE */
    nt_time pace;     /* Ta at that time */
};

struct nt_seen {
    struct nt_finder *finder;
    const struct nt_view *v;
    struct nt_seen_link *links;
    struct nt_seen_component *components;
    struct nt_seen_session *sessions;
    struct nt_seen_agent *agents;
    struct nt_granted granted;
    bool *given_up; /* by pair of a client and its TURN server: the client has asked to delete its allocation, or was told that it
                       is gone */
    bool *refused;  /* likewise: the server has refused a request */
};

/* When the item's session had selected a pair for each component that is checked; NT_TIME_NEVER: it has not. */
static inline nt_time nt_seen_concluded(const struct nt_seen *s, const struct nt_item *m)
{
    const struct nt_seen_session *session = &s->sessions[m->session];
    return session->open == 0 ? session->concluded : NT_TIME_NEVER;
}

#endif
