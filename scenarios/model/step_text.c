#include "scenarios/model/step_text.h"
#include "scenarios/model/words.h"

#include <stdio.h>
#include <string.h>

struct sentence {
    char *buf;
    size_t cap, len; /* len counts what has no room, too */
};

static void add_text(struct sentence *s, const char *text)
{
    size_t n = strlen(text), room = s->len + 1 < s->cap ? s->cap - 1 - s->len : 0;
    memcpy(s->buf + (room > 0 ? s->len : 0), text, n < room ? n : room);
    s->len += n;
    s->buf[s->len < s->cap ? s->len : s->cap - 1] = '\0';
}

static void add_texts(struct sentence *s, const char *first, const char *second)
{
    add_text(s, first);
    add_text(s, second);
}

/* "L.1" where L has several attachments; "nat-left.outside" */
static void add_attachment(struct sentence *s, const struct nt_scn_case *c, struct nt_scn_node n, uint32_t port)
{
    char word[32] = "";
    if (n.kind == NT_SCN_NODE_GATEWAY && port == c->gateways[n.index].inside_count)
        snprintf(word, sizeof word, ".outside");
    else if (n.kind == NT_SCN_NODE_GATEWAY)
        snprintf(word, sizeof word, port == 0 ? ".inside" : ".inside.%u", port);
    else if (n.kind == NT_SCN_NODE_AGENT && c->agents[n.index].on_count > 1)
        snprintf(word, sizeof word, ".%u", port);
    add_texts(s, nt_scn_node_name(c, n), word);
}

static void add_side(struct sentence *s, const struct nt_scn_case *c, const struct nt_scn_node *side, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_texts(s, i > 0 ? ", " : "", nt_scn_node_name(c, side[i]));
}

/* "partition of L from R"; "partition: nothing from L to R" */
static void add_sides(struct sentence *s, const struct nt_scn_case *c, const struct nt_scn_step *step)
{
    bool back = step->way == NT_WAY_TO;
    add_text(s, step->way == NT_WAY_BOTH ? " of " : ": nothing from ");
    add_side(s, c, back ? step->side_b : step->side_a, back ? step->side_b_count : step->side_a_count);
    add_text(s, step->way == NT_WAY_BOTH ? " from " : " to ");
    add_side(s, c, back ? step->side_a : step->side_b, back ? step->side_a_count : step->side_b_count);
}

/* Where it acts. */
static void add_place(struct sentence *s, const struct nt_scn_case *c, const struct nt_scn_step *step)
{
    if (step->kind == NT_STEP_PARTITION) {
        add_sides(s, c, step);
    } else if (step->kind == NT_STEP_LINK || step->kind == NT_STEP_MOVE) {
        add_text(s, " at ");
        add_attachment(s, c, step->where, step->port);
    } else if (step->where.kind != NT_SCN_NODE_NONE)
        add_texts(s, " at ", nt_scn_node_name(c, step->where));
    else if (step->kind == NT_STEP_RESTART || step->kind == NT_STEP_HANGUP || step->kind == NT_STEP_RENOMINATE)
        add_texts(s, " of ", c->agents[step->from].name);
    else if (step->from != NT_SCN_NONE && step->kind != NT_STEP_CALL)
        add_texts(s, " from ", c->agents[step->from].name);
    if (step->kind == NT_STEP_SEND)
        add_texts(s, " to ", c->agents[step->to].name);
}

/* ": to cell, 10.3.0.2" */
static void add_destination(struct sentence *s, const struct nt_scn_case *c, const struct nt_scn_step *step)
{
    char buf[NT_ADDR_TEXT];
    add_texts(s, ": to ", c->networks[step->move_to.network].name);
    for (size_t i = 0; i < step->move_to.address_count; i++)
        add_texts(s, ", ", nt_addr_format_ip(&step->move_to.addresses[i], buf));
}

/* What it does there. */
static void add_act(struct sentence *s, const struct nt_scn_case *c, const struct nt_scn_step *step)
{
    static const char *const acts[] = {[NT_SIGNAL_DELAY] = ": delay, message ",
                                       [NT_SIGNAL_DROP] = ": drop, message ",
                                       [NT_SIGNAL_DUPLICATE] = ": duplicate, message ",
                                       [NT_SIGNAL_REJECT] = ": reject, message "};
    switch (step->kind) {
    case NT_STEP_LINK: add_texts(s, ": ", nt_word_name(nt_link_words, step->up)); break;
    case NT_STEP_MOVE: add_destination(s, c, step); break;
    case NT_STEP_NAT: add_texts(s, ": ", nt_word_name(nt_nat_step_words, step->control)); break;
    case NT_STEP_SERVER:
        add_texts(s, ": ", nt_word_name(nt_server_step_words, step->server_do));
        if (step->user != NULL)
            add_texts(s, ", user ", step->user);
        break;
    case NT_STEP_SIGNALLING: add_texts(s, acts[step->act], nt_word_name(nt_message_words, step->message)); break;
    case NT_STEP_FAULT:
        if (step->filter != NULL)
            add_texts(s, ": ", step->filter);
        break;
    case NT_STEP_CALL:
    case NT_STEP_REOFFER:
    case NT_STEP_SEND:
    case NT_STEP_PARTITION:
    case NT_STEP_INJECT:
    case NT_STEP_RUN:
    case NT_STEP_RESTART:
    case NT_STEP_HANGUP:
    case NT_STEP_RENOMINATE: break;
    }
}

const char *nt_scn_step_text(const struct nt_scn_case *c, const struct nt_scn_step *step, char *buf, size_t cap)
{
    struct sentence s = {buf, cap, 0};
    add_text(&s, step->text);
    add_place(&s, c, step);
    add_act(&s, c, step);
    if (s.len >= cap && cap > 3)
        memcpy(buf + cap - 4, "...", 4);
    return buf;
}
