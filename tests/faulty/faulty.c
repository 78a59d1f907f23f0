#include "tests/faulty/faulty.h"
#include "core/base/strings.h"
#include "tests/faulty/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAYLOAD_MAX 65536
#define MAPPED_MAX 64
#define PAIRS_MAX 32

/* An endpoint of the party, with the faults before it. */
struct end {
    struct faulty *party;
    enum nt_app_part part;
    struct nt_endpoint inner;
    struct queue out, in;
};

struct mapped { /* what the other end has told */
    struct nt_addr local, peer, told;
};

struct faulty {
    const struct faulty_config *config;
    struct nt_app_context context;
    struct end ends[2]; /* the agent's ICE endpoint or the server; its signalling */
    struct secrets secrets;
    struct frames frames;
    struct fault_memory memory[FAULTY_FAULTS_MAX];
    struct nt_rand rand;
    struct mapped mapped[MAPPED_MAX];
    size_t mapped_count;
    struct fault_pair pairs[PAIRS_MAX];
    size_t pair_count;
    struct stun_edit stun;
    struct sdp_edit sdp;
    uint8_t payload[PAYLOAD_MAX], whole[PAYLOAD_MAX];
    struct faulty *next;
};

struct faulties {
    const struct faulty_config *configs;
    size_t count;
    struct faulty *first;
};

/* --- the faults act on one datagram --- */

static bool is_active(const struct faulty *party, const struct fault *fault, const struct fault_event *e, bool framed)
{
    const struct faulty_config *c = party->config;
    nt_time since = e->request != NULL ? e->request->since : e->now;
    bool seen = fault->frames == framed || e->frame.kind == FRAME_NONE;
    bool there = !c->relayed || framed || e->sdp != NULL || e->frame.kind != FRAME_NONE;
    return seen && there && since >= c->from && (c->to == 0 || since < c->to);
}

static void run_fault(const struct fault *fault, bool told, struct fault_event *e, struct fault_memory *m)
{
    if (fault->edit != NULL && told == (fault->part == NT_APP_SIGNALLING) && fault->when(e)) {
        fault->edit(e, m);
        e->changed = true;
    }
    if (told && fault->tells != NULL)
        fault->tells(e, m);
    else if (!told && fault->acts != NULL)
        fault->acts(e, m);
}

static void run_faults(struct faulty *party, struct fault_event *e, bool framed)
{
    for (size_t i = 0; i < party->config->count && !e->dropped; i++)
        if (is_active(party, party->config->faults[i], e, framed))
            run_fault(party->config->faults[i], e->sdp != NULL, e, &party->memory[i]);
}

static void write_changes(struct fault_event *e)
{
    if (e->sdp != NULL)
        e->len = sdp_edit_write(e->sdp, (char *)e->bytes, e->cap);
    else if (e->stun != NULL)
        e->len = stun_edit_write(e->stun, e->key, e->bytes, e->cap);
}

static void note_mapped(struct faulty *party, const struct fault_event *e)
{
    struct mapped m = {.local = e->path.local, .peer = e->peer};
    if (!e->outgoing && e->stun->class_ == NT_STUN_SUCCESS && e->stun->method == NT_STUN_BINDING &&
        stun_edit_addr(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS, &m.told))
        party->mapped[party->mapped_count++ % MAPPED_MAX] = m;
}

static void note_check(struct faulty *party, const struct fault_event *e)
{
    struct fault_pair *pair = faulty_pair_of(party, e);
    if (pair == NULL && party->pair_count < PAIRS_MAX) {
        pair = &party->pairs[party->pair_count++];
        *pair = (struct fault_pair){.path = e->path, .frame = e->frame, .peer = e->peer};
    }
    if (pair != NULL) {
        pair->check = *e->stun;
        pair->frame = e->frame;
        pair->key = *e->key;
    }
}

/* A pair is nominated when the check of either side that says so has succeeded. */
static void note_pair(struct faulty *party, const struct fault_event *e)
{
    if (sends_check(e) && e->key != NULL)
        note_check(party, e);
    struct fault_pair *pair = is_answer(e) && e->stun->class_ == NT_STUN_SUCCESS ? faulty_pair_of(party, e) : NULL;
    if (pair == NULL)
        return;
    pair->succeeded = pair->succeeded || !e->outgoing;
    pair->nominated = pair->nominated || e->request->nominates;
}

/* The request that a message is, or that it answers, and its key. */
static void read_stun(struct faulty *party, struct fault_event *e)
{
    if (!stun_edit_read(&party->stun, e->bytes, e->len))
        return;
    e->stun = &party->stun;
    if (e->stun->class_ == NT_STUN_REQUEST)
        e->request = secrets_note(&party->secrets, e->stun, e->outgoing, &e->path.local, &e->peer, e->now);
    else if (e->stun->class_ != NT_STUN_INDICATION)
        e->request = secrets_find(&party->secrets, e->stun->id, !e->outgoing);
    if (e->request != NULL && e->stun->class_ != NT_STUN_REQUEST)
        secrets_answered(e->request, e->stun);
    e->key = e->request != NULL && e->request->keyed ? &e->request->key : NULL;
    note_mapped(party, e);
    note_pair(party, e);
}

static void act(struct faulty *party, enum nt_app_part part, struct fault_event *e, bool framed)
{
    e->stun = NULL;
    e->request = NULL;
    e->key = NULL;
    e->changed = false;
    if (part == NT_APP_SIGNALLING && sdp_edit_read(&party->sdp, (const char *)e->bytes, e->len)) {
        e->sdp = &party->sdp;
        secrets_learn(&party->secrets, e->sdp);
    } else if (part != NT_APP_SIGNALLING) {
        read_stun(party, e);
    }
    if (part != NT_APP_SIGNALLING || e->sdp != NULL)
        run_faults(party, e, framed);
    if (e->changed && !e->dropped)
        write_changes(e);
}

/* The payload first, then the frame around it. */
static void act_on_both(struct faulty *party, enum nt_app_part part, struct fault_event *e)
{
    const uint8_t *payload;
    if (e->outgoing && part == NT_APP_ICE)
        frames_learn(&party->frames, &e->path.local, &e->path.remote, e->bytes, e->len);
    size_t len = e->len;
    if (part == NT_APP_ICE)
        e->frame = frame_read(&party->frames, &e->path, e->bytes, e->len, &payload, &len);
    if (e->frame.kind == FRAME_NONE) {
        act(party, part, e, false);
        return;
    }
    memcpy(party->payload, payload, len);
    struct fault_event inner = *e;
    inner.bytes = party->payload;
    inner.len = len;
    inner.cap = sizeof party->payload;
    inner.peer = e->frame.peer;
    act(party, part, &inner, false);
    if (inner.changed)
        e->len = frame_write(&inner.frame, e->outgoing, inner.bytes, inner.len, e->bytes, e->cap);
    e->dropped = inner.dropped;
    e->held = inner.held;
    e->doubled = inner.doubled;
    if (!e->dropped)
        act(party, part, e, true);
}

/* The datagram passes the faults. Its length; 0: it does not go on now. */
static size_t pass(struct end *end, bool outgoing, struct nt_path *path, uint8_t *bytes, size_t len, size_t cap, nt_time now)
{
    struct queue *queue = outgoing ? &end->out : &end->in;
    struct fault_event e = {.party = end->party,
                            .now = now,
                            .outgoing = outgoing,
                            .path = *path,
                            .peer = path->remote,
                            .bytes = bytes,
                            .len = len,
                            .cap = cap};
    act_on_both(end->party, end->part, &e);
    *path = e.path;
    if (e.dropped || e.len == 0)
        return 0;
    if (e.doubled)
        queue_add(queue, path, e.bytes, e.len, now);
    if (e.held == 0)
        return e.len;
    queue_add(queue, path, e.bytes, e.len, nt_time_after(now, e.held));
    return 0;
}

/* --- the endpoint --- */

static void give_due(struct end *end, nt_time now)
{
    struct queued item;
    while (queue_take(&end->in, now, &item)) {
        end->inner.ops->input(end->inner.self, &item.path, NT_IN_DATAGRAM, item.bytes, item.len, now);
        free(item.bytes);
    }
}

static void end_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len, nt_time now)
{
    struct end *end = self;
    struct faulty *party = end->party;
    struct nt_path way = *path;
    if (kind != NT_IN_DATAGRAM || len == 0 || len > sizeof party->whole) {
        end->inner.ops->input(end->inner.self, path, kind, bytes, len, now);
        return;
    }
    memcpy(party->whole, bytes, len);
    len = pass(end, false, &way, party->whole, len, sizeof party->whole, now);
    if (len > 0)
        end->inner.ops->input(end->inner.self, &way, kind, party->whole, len, now);
}

static void run_timers(struct end *end, nt_time now)
{
    struct faulty *party = end->party;
    for (size_t i = 0; i < party->config->count; i++) {
        struct fault_memory *m = &party->memory[i];
        const struct fault *fault = party->config->faults[i];
        if (m->wakes == 0 || m->wakes > now || fault->part != end->part)
            continue;
        m->wakes = 0;
        fault->timer(party, m, now);
    }
}

static void end_timer(void *self, nt_time now)
{
    struct end *end = self;
    run_timers(end, now);
    give_due(end, now);
    if (end->inner.ops->deadline(end->inner.self) <= now)
        end->inner.ops->timer(end->inner.self, now);
}

static size_t end_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct end *end = self;
    struct queued item;
    for (;;) {
        give_due(end, now);
        if (queue_take(&end->out, now, &item)) {
            memcpy(buf, item.bytes, item.len);
            *path = item.path;
            free(item.bytes);
            return item.len;
        }
        size_t len = end->inner.ops->output(end->inner.self, path, buf, cap, now);
        if (len == 0 || len == NT_OUTPUT_EMPTY)
            return len;
        if ((len = pass(end, true, path, buf, len, cap, now)) > 0)
            return len;
        *path = (struct nt_path){.transport = NT_UDP};
    }
}

static nt_time end_deadline(const void *self)
{
    const struct end *end = self;
    const struct faulty *party = end->party;
    nt_time at = end->inner.ops->deadline(end->inner.self);
    at = nt_time_min(at, nt_time_min(queue_deadline(&end->out), queue_deadline(&end->in)));
    for (size_t i = 0; i < party->config->count; i++)
        if (party->memory[i].wakes != 0 && party->config->faults[i]->part == end->part)
            at = nt_time_min(at, party->memory[i].wakes);
    return at;
}

static int end_request(void *self, struct nt_request *req)
{
    const struct end *end = self;
    return end->inner.ops->request != NULL ? end->inner.ops->request(end->inner.self, req) : 0;
}

/* --- a party begins --- */

/* The faults of a node; NULL: it does right, and is not wrapped. */
static const struct faulty_config *config_of(const struct faulties *all, const struct nt_app_context *context,
                                             enum nt_app_part part)
{
    const struct nt_scn_case *c = context->scn;
    const char *name = part == NT_APP_SERVER ? c->servers[context->index].name : c->agents[context->index].name;
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->configs[i].at, name) == 0)
            return &all->configs[i];
    return NULL;
}

static struct faulty *new_party(struct faulties *all, const struct faulty_config *config, const struct nt_app_context *context,
                                enum nt_app_part part)
{
    char label[300];
    struct faulty *party = calloc(1, sizeof *party);
    if (party == NULL)
        abort(); /* a test without memory */
    party->config = config;
    party->context = *context;
    party->secrets.context = &party->context;
    party->secrets.part = part;
    nt_join(label, sizeof label, "faulty/", config->at);
    nt_fabric_stream(context->fabric, label, &party->rand);
    party->next = all->first;
    all->first = party;
    return party;
}

/* An agent's signalling begins after its ICE endpoint. */
static struct nt_endpoint wrap(void *user, const struct nt_app_context *context, enum nt_app_part part, struct nt_endpoint inner)
{
    static const struct nt_endpoint_ops ops = {end_input, end_timer, end_output, end_deadline, end_request};
    struct faulties *all = user;
    const struct faulty_config *config = config_of(all, context, part);
    if (config == NULL)
        return inner;
    struct faulty *party = part == NT_APP_SIGNALLING ? all->first : new_party(all, config, context, part);
    struct end *end = &party->ends[part == NT_APP_SIGNALLING];
    *end = (struct end){.party = party, .part = part, .inner = inner};
    return (struct nt_endpoint){&ops, end};
}

struct faulties *faulties_new(const struct faulty_config *configs, size_t count)
{
    struct faulties *all = calloc(1, sizeof *all);
    if (all != NULL)
        *all = (struct faulties){.configs = configs, .count = count};
    return all;
}

void faulties_del(struct faulties *all)
{
    while (all->first != NULL) {
        struct faulty *party = all->first;
        all->first = party->next;
        for (size_t i = 0; i < 2; i++) {
            queue_free(&party->ends[i].out);
            queue_free(&party->ends[i].in);
        }
        free(party);
    }
    free(all);
}

struct nt_app_wrapper faulties_wrapper(struct faulties *all)
{
    return (struct nt_app_wrapper){.wrap = wrap, .user = all};
}

static bool describe(struct faulty *party, char *lines, size_t cap, bool own, bool first, nt_time now)
{
    struct fault_event e = {.party = party, .now = now, .outgoing = own, .sdp = &party->sdp};
    party->sdp.kind = first ? NT_SIP_INVITE : NT_SIP_INFO;
    party->sdp.len = (size_t)snprintf(party->sdp.body, sizeof party->sdp.body, "%s", lines);
    secrets_learn(&party->secrets, e.sdp);
    run_faults(party, &e, false);
    snprintf(lines, cap, "%s", party->sdp.body);
    return !e.dropped;
}

bool faulties_describe(struct faulties *all, char *lines, size_t cap, bool own, bool first, nt_time now)
{
    bool told = true;
    for (struct faulty *party = all->first; party != NULL; party = party->next)
        told = describe(party, lines, cap, own, first, now) && told;
    return told;
}

/* --- for the functions of faults --- */

const struct nt_app_context *faulty_context(const struct faulty *party)
{
    return &party->context;
}

struct nt_rand *faulty_rand(struct faulty *party)
{
    return &party->rand;
}

struct secrets *faulty_secrets(struct faulty *party)
{
    return &party->secrets;
}

void faulty_fresh_id(struct faulty *party, uint8_t id[NT_STUN_ID])
{
    nt_rand_bytes(&party->rand, id, NT_STUN_ID);
}

static void enqueue_payload(struct faulty *party, bool outgoing, const struct nt_path *path, const struct frame *frame,
                            const uint8_t *bytes, size_t len, nt_time due)
{
    uint8_t buf[PAYLOAD_MAX];
    struct frame own = *frame;
    faulty_fresh_id(party, own.id);
    struct end *end = &party->ends[0];
    len = frame_write(&own, outgoing, bytes, len, buf, sizeof buf);
    queue_add(outgoing ? &end->out : &end->in, path, buf, len, due);
}

struct fault_pair *faulty_pair(struct faulty *party, size_t i)
{
    return i < party->pair_count ? &party->pairs[i] : NULL;
}

struct fault_pair *faulty_pair_of(struct faulty *party, const struct fault_event *e)
{
    for (size_t i = 0; i < party->pair_count; i++) {
        struct fault_pair *pair = &party->pairs[i];
        if (nt_addr_equal(&pair->path.local, &e->path.local) && nt_addr_equal(&pair->peer, &e->peer) &&
            (pair->frame.kind == FRAME_NONE) == (e->frame.kind == FRAME_NONE))
            return pair;
    }
    return NULL;
}

struct fault_pair *faulty_nominated(struct faulty *party)
{
    for (size_t i = 0; i < party->pair_count; i++)
        if (party->pairs[i].nominated)
            return &party->pairs[i];
    return NULL;
}

void faulty_send(struct fault_event *e, const uint8_t *bytes, size_t len, nt_time after)
{
    enqueue_payload(e->party, true, &e->path, &e->frame, bytes, len, nt_time_after(e->now, after));
}

void faulty_send_on(struct faulty *party, const struct fault_pair *pair, const uint8_t *bytes, size_t len, nt_time at)
{
    enqueue_payload(party, true, &pair->path, &pair->frame, bytes, len, at);
}

void faulty_send_check(struct faulty *party, const struct fault_pair *pair, struct stun_edit check, nt_time at)
{
    uint8_t buf[STUN_EDIT_POOL];
    if (pair == NULL)
        return;
    faulty_fresh_id(party, check.id);
    secrets_note(&party->secrets, &check, true, &pair->path.local, &pair->peer, at);
    faulty_send_on(party, pair, buf, stun_edit_write(&check, &pair->key, buf, sizeof buf), at);
}

void faulty_receive(struct fault_event *e, const uint8_t *bytes, size_t len, nt_time after)
{
    enqueue_payload(e->party, false, &e->path, &e->frame, bytes, len, nt_time_after(e->now, after));
}

/* What the other end has told last, or the own address. */
static struct nt_addr mapped_address(const struct faulty *party, const struct fault_event *e)
{
    for (size_t i = party->mapped_count; i > 0 && i + MAPPED_MAX > party->mapped_count; i--) {
        const struct mapped *m = &party->mapped[(i - 1) % MAPPED_MAX];
        if (nt_addr_equal(&m->local, &e->path.local) && nt_addr_equal(&m->peer, &e->peer))
            return m->told;
    }
    return e->path.local;
}

void faulty_answer_self(struct fault_event *e)
{
    struct nt_addr mapped = mapped_address(e->party, e);
    uint8_t buf[512];
    struct nt_stun_builder b;
    nt_stun_start(&b, buf, sizeof buf, NT_STUN_SUCCESS, NT_STUN_BINDING, e->stun->id);
    nt_stun_add_addr(&b, NT_ATTR_XOR_MAPPED_ADDRESS, &mapped);
    if (e->key != NULL)
        nt_stun_add_integrity(&b, e->key);
    nt_stun_add_fingerprint(&b);
    faulty_receive(e, buf, (size_t)nt_stun_finish(&b), NT_MSEC);
    e->dropped = true;
}
