/* Inside of the room: what happens at agents, in order, for the judges that follow them through time. */
#ifndef NT_CONFORMANCE_AGENT_EVENTS_H
#define NT_CONFORMANCE_AGENT_EVENTS_H

#include "reports/conformance/view.h"

typedef void nt_agent_handler(void *state, const struct nt_item *m);

struct nt_agent_handlers {          /* NULL: not of interest */
    nt_agent_handler *data_sent;    /* application data; not what a step injected or damaged */
    nt_agent_handler *damaged_sent; /* what a step injected or damaged, whatever it was; the others may be called for it, too */
    nt_agent_handler *request_sent; /* any STUN request, retransmissions too */
    nt_agent_handler *answer_sent;  /* a response to a check */
    nt_agent_handler *check_came;   /* a valid check */
    nt_agent_handler *success_came; /* the success response to a check; it may still be invalid */
    nt_agent_handler *granted;      /* a success response of a TURN server */
    nt_agent_handler *denied;       /* an error response of a TURN server */
    nt_agent_handler *refusal_came; /* the error response to a check */
};

void nt_agent_events(const struct nt_view *v, const struct nt_agent_handlers *handlers, void *state);

#endif
