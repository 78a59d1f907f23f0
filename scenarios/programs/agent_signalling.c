#include "scenarios/programs/agent_signalling.h"
#include "core/sdp/sdp.h"
#include "scenarios/apps/server.h"
#include "scenarios/programs/sdp_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* False: it is there already, or there is no room. */
static bool add_line(struct nt_line_list *l, const char *text, size_t len)
{
    for (size_t i = 0; i < l->count; i++)
        if (strlen(l->items[i]) == len && memcmp(l->items[i], text, len) == 0)
            return false;
    if (l->count == NT_PROCESS_LINES_MAX || len >= NT_PROCESS_LINE_MAX || (l->items[l->count] = strndup(text, len)) == NULL)
        return false;
    l->count++;
    return true;
}

/* --- what it says goes out as SIP --- */

/* RFC 8445, 5.1.1.4: the default candidate is the one most likely to work with a peer without ICE: relayed, then reflexive, then host. */
static struct nt_addr default_address(const struct nt_process *p)
{
    struct nt_addr best = {0};
    int rank = -1;
    static const int ranks[] = {[NT_ICE_HOST] = 0, [NT_ICE_PRFLX] = 0, [NT_ICE_SRFLX] = 1, [NT_ICE_RELAY] = 2};
    for (size_t i = 0; i < p->candidates.count; i++) {
        struct nt_ice_candidate c;
        const char *what;
        if (nt_sdp_read_candidate(&c, p->candidates.items[i], strlen(p->candidates.items[i]), &what) == NT_OK && c.component == 1 &&
            ranks[c.type] > rank) {
            best = c.addr;
            rank = ranks[c.type];
        }
    }
    return best;
}

static void add_candidates(const struct nt_process *p, struct nt_text *t)
{
    char line[NT_PROCESS_LINE_MAX + 8];
    for (size_t i = 0; i < p->candidates.count; i++) {
        int len = snprintf(line, sizeof line, "a=%s", p->candidates.items[i]);
        if (t->p != NULL && nt_sdp_has_line(t->p, t->len, line, (size_t)len))
            continue;
        line[len++] = '\r', line[len++] = '\n';
        nt_text_add(t, line, (size_t)len);
    }
    static const char end[] = "a=end-of-candidates\r\n";
    if (p->ended_candidates && !nt_sdp_has_line(t->p != NULL ? t->p : "", t->len, end, sizeof end - 3))
        nt_text_add(t, end, sizeof end - 1);
}

/* The frame of a description or a fragment; candidates stand in its one media section, the last. */
static void add_frame(const struct nt_process *p, enum nt_sip_kind kind, struct nt_text *t)
{
    struct nt_ice_description d;
    char buf[4096];
    if (nt_ice_description_init(&d, 1) != NT_OK)
        return;
    d.trickle = p->trickle != NT_ICE_TRICKLE_OFF;
    d.ice2 = p->ice2;
    snprintf(d.streams[0].ufrag, sizeof d.streams[0].ufrag, "%s", p->ufrag);
    snprintf(d.streams[0].pwd, sizeof d.streams[0].pwd, "%s", p->pwd);
    snprintf(d.streams[0].mid, sizeof d.streams[0].mid, "%s", p->mid);
    d.streams[0].default_addr = default_address(p);
    struct nt_sdp_write options = {.session_id = p->context.seed & INT64_MAX, .version = 1, .user = nt_process_scn(p)->name};
    int len = kind == NT_SIP_INFO ? nt_sdp_write_fragment(&d, buf, sizeof buf) : nt_sdp_write(&d, &options, buf, sizeof buf);
    nt_ice_description_free(&d);
    if (len > 0)
        nt_text_add(t, buf, (size_t)len);
}

static void send_message(struct nt_process *p, enum nt_sip_kind kind, nt_time now)
{
    struct nt_text t = {0};
    if (kind != NT_SIP_INFO && p->sdp.len > 0)
        nt_text_add(&t, p->sdp.p, p->sdp.len);
    else
        add_frame(p, kind, &t);
    add_candidates(p, &t);
    if (kind == NT_SIP_INVITE)
        nt_process_emit(p, NT_TR_OFFER_SENT, now);
    if (kind == NT_SIP_OK)
        nt_process_emit(p, NT_TR_ANSWER_SENT, now);
    if (kind != NT_SIP_INFO)
        nt_process_active(p, now);
    if (t.len > 0 && t.len <= NT_SDP_MAX)
        nt_sip_end_send_text(p->sip, kind, t.p, t.len, now);
    nt_text_free(&t);
    p->sent = true;
    p->news = false;
}

/* RFC 8838, 3, as apps/agent_signalling.c: a full trickle offer leaves at once, and so does an answer to an agent that trickles; others have
 * all candidates. New candidates follow in the dialog. */
static void send_due(struct nt_process *p, nt_time now)
{
    enum nt_ice_trickle mode = p->trickle;
    if (!p->described)
        return;
    if (!p->sent && p->caller && (p->ended_candidates || mode == NT_ICE_TRICKLE_FULL)) {
        send_message(p, NT_SIP_INVITE, now);
    } else if (!p->sent && p->has_offer && (p->ended_candidates || (mode != NT_ICE_TRICKLE_OFF && p->peer_trickles))) {
        send_message(p, NT_SIP_OK, now);
        p->answered = true;
    }
    if (p->sent && p->news && p->confirmed && p->peer_trickles && mode != NT_ICE_TRICKLE_OFF)
        send_message(p, NT_SIP_INFO, now);
}

void nt_process_described(struct nt_process *p, const struct nt_adapter_event *ev, nt_time now)
{
    if (p->described)
        return;
    p->described = true;
    snprintf(p->mid, sizeof p->mid, "0");
    if (*ev->sdp != '\0') {
        size_t len = strlen(ev->sdp);
        nt_text_add(&p->sdp, ev->sdp, len);
        if (len > 0 && ev->sdp[len - 1] != '\n')
            nt_text_add(&p->sdp, "\r\n", 2);
        nt_sdp_find(ev->sdp, len, "a=ice-ufrag:", p->ufrag, sizeof p->ufrag);
        nt_sdp_find(ev->sdp, len, "a=ice-pwd:", p->pwd, sizeof p->pwd);
        nt_sdp_find(ev->sdp, len, "a=mid:", p->mid, sizeof p->mid);
    } else {
        snprintf(p->ufrag, sizeof p->ufrag, "%s", ev->ufrag);
        snprintf(p->pwd, sizeof p->pwd, "%s", ev->pwd);
        p->ice2 = strstr(ev->options, "ice2") != NULL;
    }
    send_due(p, now);
}

/* --- what comes as SIP goes in --- */

static void tell_candidates(struct nt_process *p, const char *text, size_t len, bool known)
{
    const char *line;
    size_t at = 0, n;
    while (nt_sdp_next_line(text, len, &at, &line, &n))
        if (n > 12 && memcmp(line, "a=candidate:", 12) == 0 && add_line(&p->peer_candidates, line + 2, n - 2) && !known)
            nt_adapter_candidate(p->adapter, line + 2, n - 2, p->mid);
    if (!p->told_end && (nt_sdp_has_line(text, len, "a=end-of-candidates", 19) || !p->peer_trickles)) {
        p->told_end = true;
        nt_adapter_candidates_end(p->adapter);
    }
}

static void tell_description(struct nt_process *p, bool offer, const char *text, size_t len)
{
    bool webrtc = nt_adapter_hello(p->adapter)->webrtc;
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1] = "", pwd[NT_ICE_CREDENTIAL_MAX + 1] = "", options[256] = "";
    p->peer_trickles = nt_sdp_trickles(text, len);
    if (!p->described)
        nt_sdp_find(text, len, "a=mid:", p->mid, sizeof p->mid);
    if (webrtc) {
        nt_adapter_describe_sdp(p->adapter, offer, text, len);
    } else {
        nt_sdp_find(text, len, "a=ice-ufrag:", ufrag, sizeof ufrag);
        nt_sdp_find(text, len, "a=ice-pwd:", pwd, sizeof pwd);
        nt_sdp_find(text, len, "a=ice-options:", options, sizeof options);
        nt_adapter_describe(p->adapter, offer, ufrag, pwd, options);
    }
    tell_candidates(p, text, len, webrtc);
}

static size_t add_servers(const struct nt_process *p, struct nt_adapter_server *out)
{
    const struct nt_scn_agent *scn = nt_process_scn(p);
    size_t n = 0;
    for (size_t i = 0; i < scn->stun_count; i++)
        if (nt_app_server_address(&p->context.scn->servers[scn->stun[i]], NT_AF_IPV4, &out[n].addr))
            n++;
    for (size_t i = 0; i < scn->turn_count; i++) {
        out[n].user = scn->turn[i].user;
        out[n].password = scn->turn[i].password;
        if (nt_app_server_address(&p->context.scn->servers[scn->turn[i].server], NT_AF_IPV4, &out[n].addr))
            n++;
    }
    return n;
}

bool nt_process_controlling(const struct nt_process *p)
{
    int role = nt_process_scn(p)->role;
    return role != 0 ? role == NT_ICE_CONTROLLING : p->context.index == p->context.scn->caller;
}

void nt_process_start_call(struct nt_process *p)
{
    struct nt_adapter_server servers[2 * NT_ICE_SERVERS_MAX] = {0};
    struct nt_adapter_start s = {.controlling = nt_process_controlling(p), .offerer = p->caller, .relay_only = nt_process_scn(p)->policy == NT_ICE_RELAY_ONLY,
                                 .servers = servers, .server_count = add_servers(p, servers)};
    nt_adapter_start(p->adapter, &s);
}

static void on_signal(void *user, enum nt_sip_kind kind, const char *text, size_t len, nt_time now)
{
    struct nt_process *p = user;
    if (p->ended || p->stopping)
        return;
    if (kind == NT_SIP_INVITE) {
        nt_process_emit(p, NT_TR_OFFER_RECEIVED, now);
        if (p->has_offer)
            return; /* the same offer again */
        p->has_offer = true;
        nt_process_start_call(p);
        tell_description(p, true, text, len);
    } else if (kind == NT_SIP_OK) {
        nt_process_emit(p, NT_TR_ANSWER_RECEIVED, now);
        p->confirmed = true;
        if (!p->answered)
            tell_description(p, false, text, len);
        p->answered = true;
    } else if (kind == NT_SIP_INFO) {
        tell_candidates(p, text, len, false);
    } else {
        p->confirmed = true;
    }
    send_due(p, now);
}

void nt_process_candidate(struct nt_process *p, const char *candidate, nt_time now)
{
    p->news |= add_line(&p->candidates, candidate, strlen(candidate));
    send_due(p, now);
}

void nt_process_candidates_end(struct nt_process *p, nt_time now)
{
    if (p->ended_candidates)
        return;
    p->ended_candidates = p->news = true;
    nt_process_emit(p, NT_TR_ICE_GATHERED, now);
    send_due(p, now);
}

int nt_process_connect(struct nt_process *p)
{
    const struct nt_app_context *context = &p->context;
    if (context->peer == NULL)
        return NT_OK;
    struct nt_sip_end_config config = {.host = context->signal_host, .user = nt_process_scn(p)->name,
        .peer = context->scn->agents[context->peer_index].name, .own = context->signal_own, .via = context->signal_peer,
        .seed = context->seed, .receive_text = on_signal, .receiver = p};
    p->sip = nt_sip_end_new(&config);
    return p->sip != NULL ? NT_OK : NT_ENOMEM;
}

void nt_process_free_lines(struct nt_process *p)
{
    for (size_t i = 0; i < p->candidates.count; i++)
        free(p->candidates.items[i]);
    for (size_t i = 0; i < p->peer_candidates.count; i++)
        free(p->peer_candidates.items[i]);
    nt_text_free(&p->sdp);
}
