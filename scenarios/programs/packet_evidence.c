#include "scenarios/programs/packet_evidence.h"
#include "core/base/map.h"
#include "core/stun/stun.h"
#include "core/turn/channel_data.h"
#include "natsim/fabric/fabric.h"
#include "natsim/packet/packet.h"
#include "pcap/capture.h"
#include "scenarios/world/nodes.h"
#include "scenarios/world/parties.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW NT_SEC
#define IDS_MAX 65536  /* transactions of checks that are told apart */
#define NOMINATIONS 32 /* the latest, that wait for their answer */
#define USERNAME_MAX (2 * NT_ICE_CREDENTIAL_MAX + 1)

struct arrivals {
    size_t direct, relayed;
};

struct nomination { /* a check with USE-CANDIDATE that this agent sent or got */
    uint8_t id[NT_STUN_ID];
    char names[USERNAME_MAX + 1]; /* "own:peer": the fragments in its USERNAME */
};

struct agent {
    struct nomination nominations[NOMINATIONS];
    size_t nomination_count;        /* of all */
    char renewed[USERNAME_MAX + 1]; /* of the latest that was answered */
    nt_time renewed_at, data_at;    /* when it was; when data came last, as far as noted; -1: none */
    nt_time since, last;            /* of `now`: its beginning, and the last arrival; -1: none */
    struct arrivals now, before;
    struct nt_map ids; /* of checks that it has sent */
    uint32_t checks_sent, checks_received;
    enum nt_ice_role role; /* in its latest check; 0: none was seen */
};

struct nt_evidence {
    const struct nt_world *w;
    struct agent *agents;
    uint32_t agent_count;
    size_t noted; /* frames */
};

/* The payload that the agent sent or gets: that of a ChannelData message, a Send or a Data indication, or the UDP payload itself.
 * NULL: it is a TURN message of another kind. */
static const uint8_t *unwrap(const uint8_t *bytes, size_t *len)
{
    struct nt_stun_msg m;
    uint16_t number;
    if (nt_channel_data_parse(bytes, *len, &number, &bytes, len))
        return bytes;
    if (!nt_stun_looks_like(bytes, *len) || nt_stun_parse(&m, bytes, *len) != NT_OK || m.method == NT_STUN_BINDING)
        return bytes;
    const struct nt_stun_attr *data = m.class_ == NT_STUN_INDICATION ? nt_stun_find(&m, NT_ATTR_DATA) : NULL;
    *len = data != NULL ? data->len : 0;
    return data != NULL ? data->value : NULL;
}

/* A frame's UDP payload (of a datagram in fragments the first part), unwrapped, when it passed an interface of the agent; NULL: it
 * did not. */
static const uint8_t *payload_at(const struct nt_evidence *evidence, uint32_t agent, const struct nt_capture *c,
                                 const struct nt_capture_frame *f, struct nt_addr *src, size_t *len)
{
    const struct nt_world *w = evidence->w;
    struct nt_packet p = {.data = (uint8_t *)(uintptr_t)nt_capture_bytes(c, f), .len = f->len};
    if (nt_fabric_tap_node(nt_world_fabric(w), f->tap) != nt_world_node(w, (struct nt_scn_node){NT_SCN_NODE_AGENT, agent}) ||
        f->fate == NT_FATE_DROPPED || nt_packet_parse(&p) != NT_OK || p.proto != NT_PROTO_UDP || (p.fragment && !p.first_fragment))
        return NULL;
    *src = p.src;
    *len = p.payload_len;
    return unwrap(p.data + p.payload, len);
}

static bool is_server_address(const struct nt_scn_case *c, const struct nt_addr *a)
{
    for (size_t i = 0; i < c->server_count; i++)
        for (size_t k = 0; k < c->servers[i].on.address_count; k++)
            if (nt_addr_same_ip(a, &c->servers[i].on.addresses[k]))
                return true;
    return false;
}

/* --- where data went --- */

/* Adds a frame if it brought data to the agent. */
static bool count_data(const struct nt_evidence *evidence, uint32_t agent, const struct nt_capture *c,
                       const struct nt_capture_frame *f, struct arrivals *n)
{
    struct nt_addr src;
    size_t len;
    const uint8_t *bytes = f->direction == NT_DIR_IN ? payload_at(evidence, agent, c, f, &src, &len) : NULL;
    if (bytes == NULL || len == 0 || nt_stun_looks_like(bytes, len))
        return false;
    *(is_server_address(nt_world_case(evidence->w), &src) ? &n->relayed : &n->direct) += 1;
    return true;
}

/* Frames that have settled are folded into seconds: the latest with data in it, and the one before. */
static void fold_data(struct nt_evidence *evidence, uint32_t agent, const struct nt_capture *c, const struct nt_capture_frame *f)
{
    struct agent *a = &evidence->agents[agent];
    struct arrivals one = {0};
    if (!count_data(evidence, agent, c, f, &one))
        return;
    if (f->at >= a->since + WINDOW) {
        a->before = f->at < a->since + 2 * WINDOW ? a->now : (struct arrivals){0};
        a->now = (struct arrivals){0};
        a->since = f->at;
    }
    a->now.direct += one.direct;
    a->now.relayed += one.relayed;
    a->last = f->at;
}

/* How data reached one agent in the last second in which it got any; 0: it got none. Of what has settled, a whole second counts. */
static unsigned path_to(const struct nt_evidence *evidence, uint32_t agent)
{
    const struct nt_capture *c = nt_world_observer(evidence->w)->capture;
    const struct agent *a = &evidence->agents[agent];
    struct arrivals n = {0};
    const struct nt_capture_frame *f;
    nt_time from = -1;
    size_t i = c->total;
    for (; i > c->settled && (f = nt_capture_frame_at(c, i))->at >= from; i--)
        if (count_data(evidence, agent, c, f, &n) && from < 0)
            from = f->at - WINDOW;
    if (i == c->settled && a->last >= from) {
        n.direct += a->now.direct + a->before.direct;
        n.relayed += a->now.relayed + a->before.relayed;
    }
    return n.direct + n.relayed == 0 ? 0 : n.relayed > n.direct ? NT_PATH_RELAYED : NT_PATH_DIRECT;
}

static bool has_sent(const struct nt_world *w, uint32_t agent)
{
    struct nt_party party = nt_world_party(w, agent);
    return party.ops->data(party.self).sent > 0;
}

/* A side that was sent nothing has lost nothing. */
unsigned nt_evidence_path(const struct nt_evidence *evidence)
{
    const struct nt_scn_case *c = nt_world_case(evidence->w);
    if (c->caller == NT_SCN_NONE)
        return NT_PATH_NONE;
    unsigned to_caller = path_to(evidence, c->caller), to_callee = path_to(evidence, c->callee);
    if ((to_caller == 0 && has_sent(evidence->w, c->callee)) || (to_callee == 0 && has_sent(evidence->w, c->caller)))
        return NT_PATH_NONE;
    unsigned paths = to_caller | to_callee;
    return paths == 0 ? NT_PATH_NONE : (paths & NT_PATH_RELAYED) != 0 ? NT_PATH_RELAYED : NT_PATH_DIRECT;
}

/* --- generations --- */

/* RFC 8445, 7.2.2: USERNAME is the receiver's fragment, a colon, the sender's. */
static void note_nomination(struct agent *a, const struct nt_stun_msg *m, bool sent)
{
    const struct nt_stun_attr *username = nt_stun_find(m, NT_ATTR_USERNAME);
    const uint8_t *colon = username != NULL ? memchr(username->value, ':', username->len) : NULL;
    if (colon == NULL || username->len > USERNAME_MAX || nt_stun_find(m, NT_ATTR_USE_CANDIDATE) == NULL)
        return;
    struct nomination *n = &a->nominations[a->nomination_count++ % NOMINATIONS];
    int first = (int)(colon - username->value), second = (int)username->len - first - 1;
    const char *of_receiver = (const char *)username->value, *of_sender = of_receiver + first + 1;
    memcpy(n->id, m->id, sizeof n->id);
    if (sent)
        snprintf(n->names, sizeof n->names, "%.*s:%.*s", second, of_sender, first, of_receiver);
    else
        snprintf(n->names, sizeof n->names, "%.*s:%.*s", first, of_receiver, second, of_sender);
}

static void note_success(struct agent *a, const struct nt_stun_msg *m, nt_time at)
{
    size_t count = a->nomination_count < NOMINATIONS ? a->nomination_count : NOMINATIONS;
    for (size_t i = 0; i < count; i++) {
        const struct nomination *n = &a->nominations[i];
        if (memcmp(n->id, m->id, sizeof n->id) != 0 || strcmp(a->renewed, n->names) == 0)
            continue;
        memcpy(a->renewed, n->names, sizeof a->renewed);
        a->renewed_at = at;
    }
}

static void note_frame(struct nt_evidence *evidence, uint32_t agent, const struct nt_capture *c, const struct nt_capture_frame *f)
{
    struct agent *a = &evidence->agents[agent];
    struct nt_stun_msg m;
    struct nt_addr src;
    size_t len;
    const uint8_t *bytes = payload_at(evidence, agent, c, f, &src, &len);
    if (bytes == NULL || len == 0)
        return;
    if (!nt_stun_looks_like(bytes, len)) {
        a->data_at = f->direction == NT_DIR_IN ? f->at : a->data_at;
    } else if (nt_stun_parse(&m, bytes, len) == NT_OK && m.method == NT_STUN_BINDING) {
        if (m.class_ == NT_STUN_REQUEST)
            note_nomination(a, &m, f->direction == NT_DIR_OUT);
        else if (m.class_ == NT_STUN_SUCCESS)
            note_success(a, &m, f->at);
    }
}

void nt_evidence_note(struct nt_evidence *evidence)
{
    const struct nt_capture *c = nt_world_observer(evidence->w)->capture;
    while (evidence->noted < c->total) {
        const struct nt_capture_frame *f = nt_capture_frame_at(c, ++evidence->noted);
        for (uint32_t i = 0; f != NULL && i < evidence->agent_count; i++)
            note_frame(evidence, i, c, f);
    }
}

static bool are_names(const char *names, const char *own, const char *peer)
{
    size_t n = strlen(own);
    return strncmp(names, own, n) == 0 && names[n] == ':' && strcmp(names + n + 1, peer) == 0;
}

bool nt_evidence_renewed(const struct nt_evidence *evidence, uint32_t agent, const char *own, const char *peer, bool data)
{
    const struct agent *a = &evidence->agents[agent];
    return are_names(a->renewed, own, peer) && (!data || a->data_at > a->renewed_at);
}

/* --- checks --- */

static void count_checks(struct nt_evidence *evidence, uint32_t agent, const struct nt_capture *c, const struct nt_capture_frame *f)
{
    struct agent *a = &evidence->agents[agent];
    struct nt_stun_msg m;
    struct nt_addr src;
    size_t len;
    const uint8_t *bytes = payload_at(evidence, agent, c, f, &src, &len);
    if (bytes == NULL || !nt_stun_looks_like(bytes, len) || nt_stun_parse(&m, bytes, len) != NT_OK || m.method != NT_STUN_BINDING ||
        m.class_ != NT_STUN_REQUEST || nt_stun_find(&m, NT_ATTR_PRIORITY) == NULL)
        return;
    if (f->direction == NT_DIR_IN) {
        a->checks_received++;
        return;
    }
    if (nt_stun_find(&m, NT_ATTR_ICE_CONTROLLING) != NULL)
        a->role = NT_ICE_CONTROLLING;
    else if (nt_stun_find(&m, NT_ATTR_ICE_CONTROLLED) != NULL)
        a->role = NT_ICE_CONTROLLED;
    if (nt_map_get(&a->ids, m.id) != NT_MAP_NONE)
        return;
    a->checks_sent++;
    if (a->ids.count < IDS_MAX)
        (void)nt_map_put(&a->ids, m.id, 0); /* without memory it counts again */
}

void nt_evidence_checks(const struct nt_evidence *evidence, uint32_t agent, uint32_t *sent, uint32_t *received)
{
    *sent = evidence->agents[agent].checks_sent;
    *received = evidence->agents[agent].checks_received;
}

enum nt_ice_role nt_evidence_role(const struct nt_evidence *evidence, uint32_t agent)
{
    return evidence->agents[agent].role;
}

const char *nt_evidence_limit(const struct nt_evidence *evidence, uint32_t *agent)
{
    for (*agent = 0; *agent < evidence->agent_count; ++*agent)
        if (evidence->agents[*agent].ids.count == IDS_MAX)
            return "it has sent more than 65,535 checks, and those after them cannot be counted";
    return NULL;
}

/* --- all of it --- */

static void read_frame(void *user, const struct nt_capture *c, const struct nt_capture_frame *f, uint32_t number)
{
    struct nt_evidence *evidence = user;
    (void)number;
    for (uint32_t i = 0; i < evidence->agent_count; i++) {
        fold_data(evidence, i, c, f);
        count_checks(evidence, i, c, f);
    }
}

struct nt_evidence *nt_evidence_new(const struct nt_world *w)
{
    struct nt_evidence *evidence = calloc(1, sizeof *evidence);
    size_t count = nt_world_case(w)->agent_count;
    if (evidence == NULL)
        return NULL;
    evidence->w = w;
    evidence->agents = calloc(count + 1, sizeof *evidence->agents);
    if (evidence->agents == NULL) {
        free(evidence);
        return NULL;
    }
    for (; evidence->agent_count < count; evidence->agent_count++) {
        nt_map_init(&evidence->agents[evidence->agent_count].ids, NT_STUN_ID);
        evidence->agents[evidence->agent_count].last = -1;
        evidence->agents[evidence->agent_count].renewed_at = evidence->agents[evidence->agent_count].data_at = -1;
    }
    nt_capture_add_reader(nt_world_observer(w)->capture, &(struct nt_capture_reader){.frame = read_frame, .user = evidence});
    return evidence;
}

void nt_evidence_del(struct nt_evidence *evidence)
{
    if (evidence == NULL)
        return;
    nt_capture_remove_reader(nt_world_observer(evidence->w)->capture, evidence);
    for (uint32_t i = 0; i < evidence->agent_count; i++)
        nt_map_free(&evidence->agents[i].ids);
    free(evidence->agents);
    free(evidence);
}
