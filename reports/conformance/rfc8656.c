/* RFC 8656, the client's side: what it asks for, and that it has what it uses. */
#include "reports/conformance/turn_state.h"

static size_t count_of(const struct nt_view *v, const struct nt_item *m, uint16_t type)
{
    size_t n = 0;
    for (uint32_t i = 0; i < m->attr_count; i++)
        n += v->attrs[m->attrs + i].type == type;
    return n;
}

static void judge_allocate(struct nt_judge *j, const struct nt_item *m)
{
    uint32_t transport = 0;
    bool token = nt_item_attr(j->v, m, NT_ATTR_RESERVATION_TOKEN) != NULL;
    bool there = nt_item_u32(j->v, m, NT_ATTR_REQUESTED_TRANSPORT, &transport);
    nt_judge_that(j, NT_TURN_RULE_TRANSPORT, m, there && transport == UINT32_C(17) << 24, "REQUESTED-TRANSPORT is missing, or not UDP and zeros");
    nt_judge_that(j, NT_TURN_RULE_REQ_FAMILY, m, count_of(j->v, m, NT_ATTR_REQUESTED_ADDRESS_FAMILY) <= (token ? 0u : 1u),
                  "more REQUESTED-ADDRESS-FAMILY than allowed");
    nt_judge_that(j, NT_TURN_RULE_TOKEN, m, !token || nt_item_attr(j->v, m, NT_ATTR_EVEN_PORT) == NULL, "RESERVATION-TOKEN with EVEN-PORT");
}

static void judge_bind(struct nt_judge *j, const struct nt_item *m)
{
    uint32_t value = 0;
    bool there = nt_item_u32(j->v, m, NT_ATTR_CHANNEL_NUMBER, &value);
    nt_judge_that(j, NT_TURN_RULE_CHANNEL_ZERO, m, there && (value & 0xffff) == 0, "CHANNEL-NUMBER has another size, or reserved bits set");
    if (there && nt_judge_breaks(j, NT_TURN_RULE_CHANNEL_RANGE, value >> 16 >= 0x4000 && value >> 16 <= 0x4fff))
        nt_judge_broken(j, NT_TURN_RULE_CHANNEL_RANGE, m->party, m->frame, "channel 0x%04x", (unsigned)(value >> 16));
}

/* RFC 8445, 7.2.1 speaks of checks, and has a permission created "if it had told the TURN server to"; RFC 8656 speaks of everything. */
static void judge_send(struct nt_turn_states *s, const struct nt_item *m)
{
    const struct nt_view *v = s->j->v;
    const struct nt_item_attr *data = nt_item_attr(v, m, NT_ATTR_DATA);
    struct nt_addr peer;
    bool has_peer = nt_item_addr(v, m, NT_ATTR_XOR_PEER_ADDRESS, &peer);
    nt_judge_that(s->j, NT_TURN_RULE_SEND, m, data != NULL && has_peer, "a Send indication without its peer or data");
    if (data == NULL || !has_peer || nt_item_held(v, m))
        return;
    bool check = data->len >= 2 && nt_load16(data->value) == NT_STUN_BINDING;
    bool permitted = check ? nt_turn_states_told(s, &s->of[m->pair], &peer, m->at) : nt_turn_states_permitted(s, &s->of[m->pair], &peer, m->at);
    nt_judge_that(s->j, check ? NT_ICE_RULE_PERMISSION : NT_TURN_RULE_SEND_PERMISSION, m, permitted, "there is no permission for the peer");
}

static void judge_alive(struct nt_turn_states *s, const struct nt_item *m)
{
    const struct nt_turn_state *t = &s->of[m->pair];
    if (t->live)
        nt_judge_that(s->j, NT_TURN_RULE_REFRESHED, m, m->at <= t->expires + NT_JUDGE_TOLERANCE, "the allocation had expired");
}

static void judge_request(struct nt_turn_states *s, const struct nt_item *m)
{
    switch (m->method) {
    case NT_TURN_ALLOCATE: judge_allocate(s->j, m); break;
    case NT_TURN_CREATE_PERMISSION:
        nt_judge_that(s->j, NT_TURN_RULE_PEERS, m, nt_item_attr(s->j->v, m, NT_ATTR_XOR_PEER_ADDRESS) != NULL, "no XOR-PEER-ADDRESS");
        judge_alive(s, m);
        break;
    case NT_TURN_CHANNEL_BIND:
        judge_bind(s->j, m);
        judge_alive(s, m);
        break;
    default: break;
    }
}

static void step(struct nt_turn_states *s, const struct nt_item *m, uint32_t self)
{
    bool out = m->direction == NT_DIR_OUT;
    if (out && m->kind == NT_ITEM_CHANNEL && !m->excused && s->of[m->pair].known) {
        bool bound = nt_turn_states_channel(s, &s->of[m->pair], m->channel, m->at) != NULL;
        judge_alive(s, m);
        if (!nt_item_held(s->j->v, m))
            nt_judge_that(s->j, NT_TURN_RULE_CHANNEL_USE, m, bound, "ChannelData, and no confirmed channel");
    }
    if (m->kind != NT_ITEM_STUN)
        return;
    if (out && m->class_ == NT_STUN_REQUEST)
        nt_turn_states_asked(s, m);
    if (out && nt_item_is(m, NT_TURN_SEND, NT_STUN_INDICATION) && !m->excused) {
        judge_send(s, m);
        judge_alive(s, m);
    } else if (out && m->class_ == NT_STUN_REQUEST && m->first == self && !m->excused) {
        judge_request(s, m);
    } else if (!out && m->class_ == NT_STUN_SUCCESS && m->method != NT_STUN_BINDING && m->request != NT_VIEW_NONE) {
        nt_turn_states_granted(s, m);
    }
}

void nt_judge_turn(struct nt_judge *j)
{
    struct nt_turn_states s;
    j->err = nt_turn_states_init(&s, j);
    for (uint32_t i = 0; j->err == NT_OK && i < j->v->count; i++)
        if (nt_item_party(j->v, &j->v->items[i])->kind == NT_CONF_AGENT && !j->v->items[i].inner)
            step(&s, &j->v->items[i], i);
    nt_turn_states_free(&s);
    if (j->err == NT_OK)
        nt_judge_turn_server(j);
}
