/* One agent and a peer played by the test, message by message.  agent 10.0.0.1:5000 --- peer 10.0.0.2 */
#ifndef PEER_H
#define PEER_H

#include <stdlib.h>
#include <string.h>

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "core/ice/candidate.h"
#include "core/ice/ice.h"
#include "core/stun/stun.h"

#define PEER_UFRAG "peer"
#define PEER_PWD "peerpeerpeerpeerpeerpeer"

struct out {
    struct nt_path path;
    nt_time at;
    size_t len;
    uint8_t bytes[1500];
    struct nt_stun_msg m; /* parsed */
};

struct lab {
    struct nt_ice_agent *a;
    nt_time now;
    struct out outs[2048];
    int count, next;
    char ufrag[257], pwd[257];
    struct nt_stun_key ours, theirs; /* the agent's, the peer's */
    struct nt_addr base;
    int data, roles;
    enum nt_ice_state state;
    int kinds[NT_ICE_EV_DATA + 1]; /* events, by kind */
    bool restart_due;              /* the last NT_ICE_EV_OFFER_DUE said so */
    struct nt_request asked[32];   /* about connections, which the test answers */
    int asked_count;
};

static inline void pull(struct lab *l)
{
    struct nt_request req;
    struct nt_ice_event ev;
    while (nt_ice_request(l->a, &req) == 1) {
        struct nt_path p = req.path;
        if (p.transport != NT_UDP) {
            assert_true(l->asked_count < 32);
            l->asked[l->asked_count++] = req;
        }
        if (req.kind != NT_REQ_BIND)
            continue;
        p.local.port = (uint16_t)(4999 + req.path.id);
        nt_ice_input(l->a, &p, NT_IN_CONNECTED, NULL, 0, l->now);
    }
    for (;;) {
        assert_true(l->count < 2048);
        struct out *o = &l->outs[l->count];
        memset(&o->path, 0, sizeof o->path);
        o->len = nt_ice_output(l->a, &o->path, o->bytes, sizeof o->bytes, l->now);
        if (o->len == 0)
            break;
        o->at = l->now;
        o->m.len = 0;
        if (nt_stun_looks_like(o->bytes, o->len))
            assert_int_equal(nt_stun_parse(&o->m, o->bytes, o->len), NT_OK);
        l->count++;
    }
    while (nt_ice_event(l->a, &ev) == 1) {
        l->kinds[ev.kind]++;
        if (ev.kind == NT_ICE_EV_OFFER_DUE)
            l->restart_due = ev.restart;
        l->data += ev.kind == NT_ICE_EV_DATA;
        l->roles += ev.kind == NT_ICE_EV_ROLE;
        if (ev.kind == NT_ICE_EV_STATE)
            l->state = ev.state;
    }
}

/* Runs timers up to and including `until`. */
static inline void go(struct lab *l, nt_time until)
{
    while (nt_ice_deadline(l->a) <= until) {
        nt_time d = nt_ice_deadline(l->a);
        l->now = d > l->now ? d : l->now;
        nt_ice_timer(l->a, l->now);
        pull(l);
        assert_true(nt_ice_deadline(l->a) > l->now);
    }
    l->now = until;
}

static inline struct nt_ice_config lab_config(enum nt_ice_role role)
{
    struct nt_ice_config c = {.role = role, .tie_breaker = UINT64_C(1) << 63};
    nt_rand_init(&c.rand, 3, "lab");
    return c;
}

static inline void lab_start_at(struct lab *l, const struct nt_ice_config *c, const char *base)
{
    int err = 0;
    struct nt_ice_description d;
    memset(l, 0, sizeof *l);
    l->a = nt_ice_agent_new(c, &err);
    assert_int_equal(err, NT_OK);
    nt_ice_input(l->a, &(struct nt_path){.local = addr(base)}, NT_IN_IF_UP, NULL, 0, 0);
    assert_int_equal(nt_ice_gather(l->a, 0), NT_OK);
    pull(l);
    assert_int_equal(nt_ice_local(l->a, false, &d), NT_OK);
    strcpy(l->ufrag, d.streams[0].ufrag);
    strcpy(l->pwd, d.streams[0].pwd);
    l->base = d.streams[0].candidates[0].addr;
    nt_ice_description_free(&d);
    nt_stun_key_short(&l->ours, l->pwd);
    nt_stun_key_short(&l->theirs, PEER_PWD);
}

static inline void lab_start(struct lab *l, const struct nt_ice_config *c)
{
    lab_start_at(l, c, "10.0.0.1");
}

static inline void lab_end(struct lab *l)
{
    nt_ice_agent_del(l->a);
}

static inline struct nt_ice_candidate candidate(const char *text, enum nt_ice_type type, const char *foundation)
{
    struct nt_ice_candidate c = {.type = type,
                                 .stream = 1,
                                 .component = 1,
                                 .transport = NT_UDP,
                                 .addr = addr(text),
                                 .priority = nt_ice_candidate_priority(nt_ice_type_preference(type), 65535, 1)};
    strcpy(c.foundation, foundation);
    return c;
}

static inline int remote_with(struct lab *l, const struct nt_ice_candidate *c, int count, bool renomination)
{
    struct nt_ice_description d;
    assert_int_equal(nt_ice_description_init(&d, 1), NT_OK);
    strcpy(d.streams[0].ufrag, PEER_UFRAG);
    strcpy(d.streams[0].pwd, PEER_PWD);
    d.renomination = renomination;
    for (int i = 0; i < count; i++)
        assert_int_equal(nt_ice_description_add(&d, &c[i]), NT_OK);
    int r = nt_ice_set_remote(l->a, &d, l->now);
    nt_ice_description_free(&d);
    pull(l);
    return r;
}

static inline int remote(struct lab *l, const struct nt_ice_candidate *c, int count)
{
    return remote_with(l, c, count, false);
}

static inline void give(struct lab *l, const struct nt_addr *from, const uint8_t *bytes, size_t len)
{
    struct nt_path p = {.transport = NT_UDP, .local = l->base, .remote = *from};
    nt_ice_input(l->a, &p, NT_IN_DATAGRAM, bytes, len, l->now);
    pull(l);
}

struct ask {                       /* a request of the peer */
    const char *user;              /* NULL: right; "": none */
    const struct nt_stun_key *key; /* NULL: right */
    enum nt_ice_role role;
    uint64_t tie;
    uint32_t priority;
    bool use_candidate, no_integrity, no_priority;
    bool sha256;         /* MESSAGE-INTEGRITY-SHA256, beside the other one or alone */
    uint32_t nomination; /* 0: none */
    uint8_t id;
};

static inline void request(struct lab *l, const char *from, struct ask q)
{
    uint8_t buf[600], id[12] = {0xaa, q.id};
    char user[600];
    struct nt_stun_builder b;
    struct nt_addr source = addr(from);
    strcpy(user, l->ufrag);
    strcat(user, ":" PEER_UFRAG);
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_REQUEST, NT_STUN_BINDING, id);
    if (q.user == NULL || q.user[0] != '\0')
        nt_stun_add_text(&b, NT_ATTR_USERNAME, q.user != NULL ? q.user : user);
    if (!q.no_priority)
        nt_stun_add_u32(&b, NT_ATTR_PRIORITY, q.priority != 0 ? q.priority : nt_ice_candidate_priority(110, 65535, 1));
    if (q.role == 0)
        q.role = nt_ice_role(l->a) == NT_ICE_CONTROLLING ? NT_ICE_CONTROLLED : NT_ICE_CONTROLLING;
    nt_stun_add_u64(&b, q.role == NT_ICE_CONTROLLING ? NT_ATTR_ICE_CONTROLLING : NT_ATTR_ICE_CONTROLLED, q.tie);
    if (q.use_candidate)
        nt_stun_add(&b, NT_ATTR_USE_CANDIDATE, NULL, 0);
    if (q.nomination != 0)
        nt_stun_add_u32(&b, NT_ATTR_NOMINATION, q.nomination);
    if (!q.no_integrity)
        nt_stun_add_integrity(&b, q.key != NULL ? q.key : &l->ours);
    if (q.sha256)
        nt_stun_add_integrity_sha256(&b, &l->ours);
    nt_stun_add_fingerprint(&b);
    int len = nt_stun_finish(&b);
    assert_true(len > 0);
    give(l, &source, buf, (size_t)len);
}

struct reply {
    const char *from;              /* NULL: where the request went to */
    const char *mapped;            /* NULL: the agent's base */
    const struct nt_stun_key *key; /* NULL: right */
    int code;                      /* 0: success */
    bool no_integrity;
    uint16_t odd; /* an attribute of four bytes of this type; 0: none */
};

static inline void respond(struct lab *l, const struct out *o, struct reply r)
{
    uint8_t buf[600], id[12];
    struct nt_stun_builder b;
    struct nt_addr from = r.from != NULL ? addr(r.from) : o->path.remote, mapped = r.mapped != NULL ? addr(r.mapped) : l->base;
    memcpy(id, o->bytes + 8, 12);
    nt_stun_start(&b, buf, sizeof buf, r.code == 0 ? NT_STUN_SUCCESS : NT_STUN_ERROR, NT_STUN_BINDING, id);
    if (r.code == 0)
        nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    else
        nt_stun_add_error(&b, r.code, NULL);
    if (r.odd != 0)
        nt_stun_add_u32(&b, r.odd, 0);
    if (!r.no_integrity)
        nt_stun_add_integrity(&b, r.key != NULL ? r.key : &l->theirs);
    nt_stun_add_fingerprint(&b);
    int len = nt_stun_finish(&b);
    assert_true(len > 0);
    give(l, &from, buf, (size_t)len);
}

/* The next message that left, of this class, to `to` (NULL: anyone). */
static inline struct out *next_out(struct lab *l, int class_, const char *to)
{
    while (l->next < l->count) {
        struct out *o = &l->outs[l->next++];
        struct nt_addr a = to != NULL ? addr(to) : o->path.remote;
        if (o->m.len > 0 && o->m.class_ == class_ && nt_addr_equal(&a, &o->path.remote))
            return o;
    }
    return NULL;
}

static inline int code_of(const struct out *o)
{
    int code = 0;
    assert_int_equal(nt_stun_get_error(&o->m, &code, NULL, NULL), NT_OK);
    return code;
}

static inline bool carries(const struct out *o, uint16_t type)
{
    return nt_stun_find(&o->m, type) != NULL;
}

/* The pair with this remote address. */
static inline struct nt_ice_pair_info pair_to(const struct lab *l, const char *remote_addr)
{
    struct nt_ice_pair_info info;
    struct nt_addr a = addr(remote_addr);
    for (size_t i = 0; i < nt_ice_pair_count(l->a); i++) {
        nt_ice_pair_at(l->a, i, &info);
        if (nt_addr_equal(&info.remote.addr, &a))
            return info;
    }
    return (struct nt_ice_pair_info){0};
}

#endif
