#include "core/turn/request.h"
#include "core/base/err.h"
#include "core/turn/allocate.h"
#include "core/turn/refresh.h"
#include "core/turn/response.h"
#include "core/turn/server_peers.h"
#include "core/turn/server_trace.h"

#include <string.h>

/* RFC 8656, 7.2: a retransmitted Allocate has the transaction id that created the allocation. It is verified by its integrity
 * alone, so that a nonce that has expired since does not matter. */
static bool is_repeated_allocate(const struct nt_turn_request *q)
{
    const struct nt_turn_allocation *a = q->allocation;
    if (a == NULL || q->msg->method != NT_TURN_ALLOCATE || memcmp(a->id, q->msg->id, NT_STUN_ID) != 0)
        return false;
    bool sha256 = q->msg->integrity_sha256 != NULL; /* of the answer it may differ */
    return (sha256 ? nt_stun_verify_sha256(q->msg, a->key) : nt_stun_verify(q->msg, a->key)) == NT_OK;
}

/* Why the request is refused whatever it asks for. */
static struct nt_turn_refusal request_refusal(const struct nt_turn_request *q)
{
    if (q->auth.error != 0)
        return (struct nt_turn_refusal){q->auth.error, q->auth.why};
    /* RFC 8489, 6.3.1: unknown comprehension-required attributes, after authentication */
    if (q->msg->unknown_count > 0)
        return (struct nt_turn_refusal){420, "unknown attributes"};
    /* RFC 8656, 5: every request but Allocate needs an allocation, and the user who made it */
    if (q->msg->method == NT_TURN_ALLOCATE)
        return (struct nt_turn_refusal){0, NULL};
    if (q->allocation == NULL || !q->allocation->answered)
        return (struct nt_turn_refusal){437, "the client has no allocation"};
    return nt_turn_request_user(q) != q->allocation->user ? (struct nt_turn_refusal){441, "another user made the allocation"}
                                                          : (struct nt_turn_refusal){0, NULL};
}

/* The owner's decision on an authentic request. RFC 8489, 9.2.4: a challenge is not signed. */
static bool is_refused(struct nt_turn_request *q, nt_time now)
{
    struct nt_stun_decision d = nt_stun_decide(&q->server->config.admission, q->msg, &q->path->remote, now);
    if (d.code == NT_UNANSWERED)
        nt_turn_trace_drop(q->server, &nt_why_unanswered, &q->path->remote, NULL, now);
    if (d.code <= 0)
        return d.code != 0;
    if (d.code == 401 || d.code == 438)
        q->auth.key = NULL;
    q->decision = d;
    nt_turn_respond_error(q, &(struct nt_turn_refusal){d.code, "the owner of the server refuses it"}, now);
    return true;
}

bool nt_turn_serves(uint16_t method)
{
    return method == NT_TURN_ALLOCATE || method == NT_TURN_REFRESH || method == NT_TURN_CREATE_PERMISSION ||
           method == NT_TURN_CHANNEL_BIND;
}

void nt_turn_refuse_unread(struct nt_turn_server *s, const struct nt_path *path, const struct nt_stun_msg *msg, nt_time now)
{
    const struct nt_turn_request q = {.server = s, .path = path, .msg = msg};
    nt_turn_trace_drop(s, nt_stun_flaw(NT_ELIMIT), &path->remote, NULL, now);
    nt_turn_respond_error(&q, &(struct nt_turn_refusal){400, nt_stun_flaw(NT_ELIMIT)->text}, now);
}

void nt_turn_serve(struct nt_turn_server *s, const struct nt_path *path, const struct nt_stun_msg *msg, nt_time now)
{
    struct nt_turn_request q = {.server = s, .path = path, .msg = msg};
    q.allocation = nt_turn_by_client(&s->allocations, path);
    if (is_repeated_allocate(&q)) {
        if (q.allocation->answered)
            nt_turn_respond_allocated(s, q.allocation, now);
        return;
    }
    q.auth = nt_stun_authenticate(&s->realm, msg, &path->remote, now);
    if (q.auth.error == 0 && is_refused(&q, now))
        return;
    struct nt_turn_refusal refusal = request_refusal(&q);
    if (refusal.code != 0) {
        nt_turn_respond_error(&q, &refusal, now);
        return;
    }
    switch (msg->method) {
    case NT_TURN_ALLOCATE: nt_turn_serve_allocate(&q, now); break;
    case NT_TURN_REFRESH: nt_turn_serve_refresh(&q, now); break;
    case NT_TURN_CREATE_PERMISSION: nt_turn_serve_permissions(&q, now); break;
    default: nt_turn_serve_channel(&q, now); break;
    }
}
