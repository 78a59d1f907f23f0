#include "core/ice/outbound.h"
#include "core/ice/bases.h"
#include "core/ice/consent.h"
#include "core/ice/failover.h"
#include "core/ice/freshness.h"
#include "core/ice/relay.h"

#include <string.h>

static int build_message(const struct nt_ice_agent *a, const struct nt_ice_session *s, const struct nt_ice_message *m, uint8_t *buf,
                         size_t cap)
{
    switch (m->kind) {
    case NT_ICE_MSG_BINDING: return nt_ice_gather_build(nt_ice_agent_gather(a), m, buf, cap);
    case NT_ICE_MSG_CHECK: return nt_ice_checks_build(nt_ice_session_checks(s), m, buf, cap);
    case NT_ICE_MSG_ANSWER: return nt_ice_respond_build(s, m, buf, cap);
    case NT_ICE_MSG_CONSENT: return nt_ice_freshness_build_consent(s, m, buf, cap);
    case NT_ICE_MSG_BACKUP: return nt_ice_failover_build(s, m, buf, cap);
    default: return nt_ice_freshness_build_keepalive(m, buf, cap);
    }
}

/* 0: it does not leave any more; negative: it cannot be built. */
static int make_message(struct nt_ice_agent *a, const struct nt_ice_message *m, uint8_t *buf, size_t cap, nt_time now)
{
    const struct nt_ice_session *s = nt_ice_sessions_of(nt_ice_agent_sessions(a), m->generation);
    if (s != NULL || m->kind == NT_ICE_MSG_BINDING)
        return build_message(a, s, m, buf, cap);
    nt_ice_record_drop(nt_ice_agent_env(a)->record, &nt_ice_bases_at(nt_ice_agent_env(a)->bases, m->via.base)->addr, &m->to,
                       "a message that waited to leave when a restart had ended its session", now);
    return 0;
}

/* Sends `bytes` by `via`: as they are, or wrapped for the TURN server. 0: it cannot be sent. */
static size_t send_by(struct nt_ice_agent *a, struct nt_ice_via via, const struct nt_addr *to, const uint8_t *bytes, size_t len,
                      bool df, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    const char *why = "longer than the owner's buffer";
    *path = (struct nt_path){
        .transport = NT_UDP, .df = df, .local = nt_ice_bases_at(nt_ice_agent_env(a)->bases, via.base)->addr, .remote = *to};
    if (via.relay != NT_ICE_DIRECT) {
        size_t n = nt_ice_relays_wrap(nt_ice_agent_env(a)->relays, (uint16_t)via.relay, to, bytes, len, path, buf, cap);
        if (n > 0)
            return n;
        why = "the relay has no permission for the peer, or is gone";
    } else if (len <= cap) {
        memmove(buf, bytes, len);
        return len;
    }
    nt_ice_record_drop(nt_ice_agent_env(a)->record, &path->local, to, why, now);
    return 0;
}

static void trace_answer(const struct nt_ice_agent *a, const struct nt_ice_message *m, nt_time now)
{
    const struct nt_ice_base *b = nt_ice_bases_at(nt_ice_agent_env(a)->bases, m->via.base);
    const struct nt_addr *from =
        m->via.relay >= 0 ? nt_ice_relays_address(nt_ice_agent_env(a)->relays, (uint16_t)m->via.relay) : &b->addr;
    if (m->kind == NT_ICE_MSG_ANSWER && m->code == 0)
        nt_ice_record_event(
            nt_ice_agent_env(a)->record,
            (struct nt_trace_event){
                .at = now, .kind = NT_TR_ICE_CHECK_ANSWERED, .a = *from, .b = m->to, .n = {b->stream, b->component}});
}

/* NULL: a packet can leave by `via`, as far as our own side is concerned. */
static const char *why_no_way(const struct nt_ice_agent *a, struct nt_ice_via via)
{
    const struct nt_ice_env *env = nt_ice_agent_env(a);
    if (nt_ice_bases_at(env->bases, via.base)->state == NT_ICE_BASE_GONE)
        return "its interface is gone, or its port is given back";
    return via.relay == NT_ICE_DIRECT || nt_ice_relays_alive(env->relays, (uint16_t)via.relay) ? NULL : "its allocation is gone";
}

static size_t next_message(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    uint8_t scratch[NT_ICE_MESSAGE_MAX];
    struct nt_ice_message m;
    while (nt_ice_outbox_take(nt_ice_agent_env(a)->outbox, &m)) {
        const char *why = why_no_way(a, m.via);
        if (why != NULL) {
            nt_ice_record_drop(nt_ice_agent_env(a)->record, &nt_ice_bases_at(nt_ice_agent_env(a)->bases, m.via.base)->addr, &m.to,
                               why, now);
            continue;
        }
        int len = make_message(a, &m, scratch, sizeof scratch, now);
        if (len < 0)
            nt_ice_record_drop(nt_ice_agent_env(a)->record, &nt_ice_bases_at(nt_ice_agent_env(a)->bases, m.via.base)->addr, &m.to,
                               "a STUN message would be longer than 1024 bytes", now);
        size_t n = len > 0 ? send_by(a, m.via, &m.to, scratch, (size_t)len, false, path, buf, cap, now) : 0;
        if (n == 0)
            continue;
        trace_answer(a, &m, now);
        return n;
    }
    return 0;
}

/* 0: it cannot be sent. */
static size_t send_datagram(struct nt_ice_agent *a, const struct nt_ice_datagram *d, struct nt_path *path, uint8_t *buf, size_t cap,
                            nt_time now)
{
    uint8_t stream = nt_ice_components_at(nt_ice_agent_env(a)->components, d->component)->stream;
    const struct nt_ice_session *s = nt_ice_sessions_carrier(nt_ice_agent_sessions(a), stream);
    const struct nt_ice_env *env = s != NULL ? nt_ice_session_env(s) : NULL;
    const struct nt_ice_valid *v =
        env != NULL ? nt_ice_component_selected(nt_ice_components_at(env->components, d->component)) : NULL;
    if (v == NULL || !nt_ice_consents_allow(env->consents, d->component) || nt_ice_agent_is_closing(a)) {
        nt_ice_record_drop(nt_ice_agent_env(a)->record, NULL, NULL, "data of a component without a selected pair or consent", now);
        return 0;
    }
    size_t n =
        send_by(a, nt_ice_candidates_at(env->own, v->own)->via, &nt_ice_candidates_at(nt_ice_session_remotes(s), v->remote)->c.addr,
                d->bytes, d->len, d->df, path, buf, cap, now);
    if (n > 0)
        nt_ice_consents_sent(env->consents, d->component, now);
    return n;
}

static size_t next_datagram(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    const struct nt_ice_datagram *d;
    size_t n = 0;
    while (n == 0 && (d = nt_ice_data_take(nt_ice_agent_data(a))) != NULL)
        n = send_datagram(a, d, path, buf, cap, now);
    return n;
}

static size_t next_of_relays(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    if (nt_ice_agent_is_silent(a))
        return 0;
    nt_ice_relays_pull(nt_ice_agent_env(a)->relays, now);
    nt_ice_pacer_output(nt_ice_agent_pacer(a), now);
    return nt_ice_relays_output(nt_ice_agent_env(a)->relays, path, buf, cap);
}

size_t nt_ice_outbound_next(struct nt_ice_agent *a, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    size_t n = next_message(a, path, buf, cap, now);
    if (n == 0)
        n = next_datagram(a, path, buf, cap, now);
    if (n == 0)
        n = next_of_relays(a, path, buf, cap, now);
    return n;
}
