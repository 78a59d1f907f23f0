/* Inside of the room: when each session's first pair was nominated successfully, as its agent knows it. */
#ifndef NT_CONFORMANCE_NOMINATIONS_H
#define NT_CONFORMANCE_NOMINATIONS_H

#include "reports/conformance/view.h"

struct nt_nomination {
    uint32_t item; /* the success response, which the agent got or sent; NT_VIEW_NONE: there is none */
    uint32_t last; /* likewise, of the last pair: with the option renomination, or failover, there may be another */
    bool own;      /* it was the agent that nominated: it controls */
    bool doubtful; /* a success came when its check had ended: there may be another one, sooner */
};

struct nt_nominations {
    struct nt_nomination *of; /* by session */
};

/* 0 or NT_ENOMEM. Where nobody describes anything twice, or has to, none is looked for: nothing is told after it. */
int nt_nominations_find(struct nt_nominations *n, const struct nt_view *v);
void nt_nominations_free(struct nt_nominations *n);

#endif
