#include "core/stun/probe.h"

/* RFC 5780, 5: "A client SHOULD NOT generate more than ten new STUN transactions per second" */
#define PACE (100 * NT_MSEC)

void nt_probe_init(struct nt_probe *p, const struct nt_addr *local, struct nt_rand *rand)
{
    *p = (struct nt_probe){.local = nt_addr_with_port(local, 0), .rand = rand};
}

void nt_probe_close(struct nt_probe *p)
{
    p->closing = true;
    p->phase = NT_PROBE_IDLE;
    p->send_due = false;
}

int nt_probe_open(struct nt_probe *p)
{
    return p->count < NT_PROBE_SOCKETS_MAX ? (int)p->count++ : -1;
}

void nt_probe_ask(struct nt_probe *p, const struct nt_probe_question *q)
{
    p->question = *q;
    p->phase = NT_PROBE_WAIT;
}

void nt_probe_bound(struct nt_probe *p, const struct nt_path *path, bool granted)
{
    if (path->id >= p->asked)
        return;
    p->sockets[path->id].bound = granted;
    if (granted)
        p->sockets[path->id].addr = path->local;
    else
        p->phase = NT_PROBE_REFUSED;
}

static void start_question(struct nt_probe *p, nt_time now)
{
    uint8_t id[NT_STUN_ID];
    nt_rand_bytes(p->rand, id, sizeof id);
    nt_stun_txn_start(&p->txn, id, NT_STUN_RTO, p->question.once ? 1 : NT_PROBE_RC, p->question.once ? 1 : NT_PROBE_RM, now);
    p->not_before = now + PACE;
    p->phase = NT_PROBE_RUN;
    p->send_due = true;
}

bool nt_probe_timer(struct nt_probe *p, nt_time now)
{
    if (p->phase == NT_PROBE_WAIT && p->sockets[p->question.socket].bound && now >= p->not_before)
        start_question(p, now);
    if (p->phase != NT_PROBE_RUN)
        return false;
    enum nt_stun_txn_due due = nt_stun_txn_due(&p->txn, now);
    if (due == NT_TXN_SEND)
        p->send_due = true;
    if (due != NT_TXN_TIMEOUT)
        return false;
    p->phase = NT_PROBE_IDLE;
    p->send_due = false;
    return true;
}

nt_time nt_probe_deadline(const struct nt_probe *p)
{
    if (p->phase == NT_PROBE_RUN)
        return p->txn.deadline;
    return p->phase == NT_PROBE_WAIT && p->sockets[p->question.socket].bound ? p->not_before : NT_TIME_NEVER;
}

static int socket_at(const struct nt_probe *p, const struct nt_addr *local)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->sockets[i].bound && nt_addr_equal(&p->sockets[i].addr, local))
            return (int)i;
    return -1;
}

bool nt_probe_take(struct nt_probe *p, const struct nt_path *path, const struct nt_stun_msg *m, struct nt_probe_answer *a,
                   nt_time now)
{
    int socket = socket_at(p, &path->local);
    struct nt_probe_answer out = {.source = path->remote, .sent = p->txn.started, .at = now};
    if (p->phase != NT_PROBE_RUN || socket < 0 || m->method != NT_STUN_BINDING || memcmp(m->id, p->txn.id, NT_STUN_ID) != 0)
        return false;
    if (m->class_ != NT_STUN_ERROR && m->class_ != NT_STUN_SUCCESS)
        return false;
    int read = m->class_ == NT_STUN_ERROR ? nt_stun_get_error(m, &out.code, NULL, NULL)
                                          : nt_stun_get_addr(m, NT_ATTR_XOR_MAPPED_ADDRESS, &out.mapped);
    if (read != NT_OK || m->unknown_count > 0)
        out.code = NT_PROBE_UNUSABLE;
    nt_stun_get_addr(m, NT_ATTR_OTHER_ADDRESS, &out.other); /* stays unset when absent or malformed */
    out.socket = (unsigned)socket;
    *a = out;
    p->phase = NT_PROBE_IDLE;
    p->send_due = false;
    return true;
}

size_t nt_probe_output(struct nt_probe *p, struct nt_path *path, uint8_t *buf, size_t cap)
{
    const struct nt_probe_question *q = &p->question;
    struct nt_stun_builder b;
    if (!p->send_due)
        return 0;
    p->send_due = false;
    nt_stun_start(&b, buf, cap, NT_STUN_REQUEST, NT_STUN_BINDING, p->txn.id);
    if (q->change != 0)
        nt_stun_add_u32(&b, NT_ATTR_CHANGE_REQUEST, q->change);
    if (q->response_port != 0)
        nt_stun_add_u32(&b, NT_ATTR_RESPONSE_PORT, (uint32_t)q->response_port << 16);
    int len = nt_stun_finish(&b);
    *path = (struct nt_path){.transport = NT_UDP, .local = p->sockets[q->socket].addr, .remote = q->to};
    return len > 0 ? (size_t)len : 0;
}

int nt_probe_request(struct nt_probe *p, struct nt_request *req)
{
    *req = (struct nt_request){.path = {.transport = NT_UDP}};
    if (p->asked < p->count && !p->closing) {
        req->kind = NT_REQ_BIND;
        req->path.id = p->asked++;
        req->path.local = p->local;
        return 1;
    }
    while (p->closing && p->closed < p->asked) {
        unsigned i = p->closed++;
        if (p->sockets[i].bound) {
            p->sockets[i].bound = false;
            req->kind = NT_REQ_CLOSE;
            req->path.id = i;
            req->path.local = p->sockets[i].addr;
            return 1;
        }
    }
    return 0;
}
