#include "scenarios/judge/story.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/stun/failure.h"
#include "natsim/packet/drop.h"
#include "scenarios/model/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 1000000

static const char *interface_text(int64_t change)
{
    if (change == NT_ICE_IF_CAME)
        return "interface came";
    return change == NT_ICE_IF_LOST ? "interface of the selected pair went" : "interface went";
}

/* What happened; "": the ladder shows it. A kind that is not here is a warning of the compiler. */
static const char *event_text(const struct nt_trace_event *ev)
{
    switch (ev->kind) {
    case NT_TR_NODE: return "control";
    case NT_TR_STEP: return "step";
    case NT_TR_DISCARDED: return nt_discard_is_drop((enum nt_discard)ev->n[0]) ? "dropped" : "passed over";
    case NT_TR_UNSENT: return "not sent";
    case NT_TR_HELD: return "held back";
    case NT_TR_PORT_REFUSED: return "port refused";
    case NT_TR_TLS_FAILED: return "TLS failed";
    case NT_TR_ICE_PAIR: return nt_word_name(nt_pair_state_words, ev->n[3]);
    case NT_TR_ICE_PAIR_GONE: return "pruned";
    case NT_TR_ICE_CHECK_SENT:
        return (ev->n[3] & 1) != 0 ? "check sent, nominating" : ev->n[3] == 2 ? "check sent, triggered" : "check sent";
    case NT_TR_ICE_CHECK_RECEIVED: return "check received";
    case NT_TR_ICE_CHECK_ANSWERED: return "check answered";
    case NT_TR_ICE_CHECK_SUCCEEDED: return "check succeeded";
    case NT_TR_ICE_PRFLX_LOCAL: return "local peer-reflexive candidate";
    case NT_TR_ICE_PRFLX_REMOTE: return "remote peer-reflexive candidate";
    case NT_TR_ICE_PASSED_OVER: return "candidate passed over";
    case NT_TR_ICE_DROPPED: return "dropped";
    case NT_TR_ICE_REFUSED:
    case NT_TR_TURN_REFUSED: return "request refused";
    case NT_TR_ICE_PAIR_REFUSED: return "pair not formed";
    case NT_TR_ICE_ENDED: return "goes on without ICE";
    case NT_TR_OFFER_REJECTED: return "offer rejected";
    case NT_TR_SDP_NOTE: return "description";
    case NT_TR_MAPPED: return "mapping made";
    case NT_TR_EXPIRED: return "mapping expired";
    case NT_TR_CALL: return "call";
    case NT_TR_TURN_PERMISSION: return "permission";
    case NT_TR_TURN_CHANNEL: return "channel";
    case NT_TR_TURN_RELEASED: return "allocation released";
    case NT_TR_REQUEST_FAILED: return "request failed";
    case NT_TR_CONNECTION_ENDED: return "connection closed by the server";
    case NT_TR_TURN_LOST: return "allocation lost";
    case NT_TR_TOO_BIG: return "told that a packet is too large";
    case NT_TR_TURN_DROPPED: return "not sent to the TURN server";
    case NT_TR_STUN_PASSED_OVER: return "attribute of RFC 3489 passed over";
    case NT_TR_ICE_ROLLED_BACK: return "restart rolled back";
    case NT_TR_ICE_INTERFACE: return interface_text(ev->n[2]);
    case NT_TR_BYE_SENT: return "BYE sent";
    case NT_TR_BYE_RECEIVED: return "BYE received";
    case NT_TR_ICE_RESTARTED:
    case NT_TR_ICE_DISCONNECTED:
    case NT_TR_ICE_RECOVERED:
    case NT_TR_ICE_PAIR_CHANGED:
    case NT_TR_ICE_CLOSED:
    case NT_TR_MOVED:
    case NT_TR_ICE_GATHERED:
    case NT_TR_ICE_NOMINATED:
    case NT_TR_ICE_SELECTED:
    case NT_TR_ICE_COMPLETED:
    case NT_TR_ICE_FAILED:
    case NT_TR_ICE_CONSENT_LOST:
    case NT_TR_ICE_ROLE:
    case NT_TR_TURN_ALLOCATED:
    case NT_TR_OFFER_SENT:
    case NT_TR_OFFER_RECEIVED:
    case NT_TR_ANSWER_SENT:
    case NT_TR_ANSWER_RECEIVED: return nt_trace_name(ev->kind);
    case NT_TR_DROP: return ev->n[2] > 0 ? "dropped" : ""; /* later than it was shown */
    case NT_TR_PACKET:
    case NT_TR_TRANSLATED:
    case NT_TR_DATA_SENT:
    case NT_TR_DATA_RECEIVED: return "";
    }
    return "";
}

/* Why it happened, or "". */
static const char *reason_text(const struct nt_trace_event *ev, char *buf, size_t cap)
{
    char detail[160];
    if (ev->kind == NT_TR_REQUEST_FAILED)
        return nt_stun_failure_text(ev, buf, cap);
    if (ev->kind == NT_TR_DISCARDED)
        snprintf(buf, cap, "%s: %s", nt_discard_name((enum nt_discard)ev->n[0]),
                 nt_trace_detail(ev->text, &ev->a, &ev->b, detail, sizeof detail));
    else if (ev->kind == NT_TR_STEP)
        snprintf(buf, cap, "%s (line %d)", ev->text, (int)ev->n[0]);
    else if (ev->kind == NT_TR_DROP)
        snprintf(buf, cap, "%s: %s", nt_drop_name((enum nt_drop)ev->n[1]),
                 nt_drop_detail((enum nt_drop)ev->n[1], &ev->a, &ev->b, detail, sizeof detail));
    else if (ev->kind == NT_TR_TURN_REFUSED)
        snprintf(buf, cap, "%" PRId64 ": %s", ev->n[0], ev->text);
    else if (ev->kind == NT_TR_TOO_BIG && ev->n[0] > 0)
        snprintf(buf, cap, "the MTU is %" PRId64, ev->n[0]);
    else
        return ev->text != NULL ? ev->text : "";
    return buf;
}

/* The number of the pair or the mapping that it is about. */
static int64_t number_of(const struct nt_trace_event *ev)
{
    switch (ev->kind) {
    case NT_TR_ICE_PAIR:
    case NT_TR_ICE_PAIR_GONE:
    case NT_TR_ICE_CHECK_SENT:
    case NT_TR_ICE_CHECK_SUCCEEDED: return ev->n[2];
    case NT_TR_MAPPED:
    case NT_TR_EXPIRED: return ev->n[0];
    default: return 0;
    }
}

void nt_story_begin(struct nt_story *s, size_t limit)
{
    *s = (struct nt_story){.limit = limit};
    if (limit == 0)
        return;
    nt_strings_init(&s->texts);
    nt_string_number(&s->texts, "", 0); /* is number 0 */
}

static uint32_t text_number(struct nt_story *s, const char *text)
{
    return *text != '\0' ? nt_string_number(&s->texts, text, strlen(text)) : 0;
}

/* The number of a text that stays where it is: what was looked up at its address is not looked up again. */
static uint32_t word_number(struct nt_story *s, const char *word)
{
    struct nt_story_word *known = &s->words[(uintptr_t)word / 8 % NT_STORY_WORDS];
    if (known->word != word)
        *known = (struct nt_story_word){word, text_number(s, word)};
    return known->number;
}

/* Pairs come again and again: their addresses are formatted once. */
static uint32_t address_number(struct nt_story *s, const struct nt_addr *addr)
{
    char buf[NT_ADDR_TEXT];
    if (!nt_addr_is_set(addr))
        return 0;
    for (size_t i = 0; i < NT_STORY_RECENT; i++)
        if (nt_addr_equal(&s->recent[i].addr, addr))
            return s->recent[i].text;
    struct nt_story_address *place = &s->recent[s->next_recent++ % NT_STORY_RECENT];
    *place = (struct nt_story_address){*addr,
                                       text_number(s, addr->port != 0 ? nt_addr_format(addr, buf) : nt_addr_format_ip(addr, buf))};
    return place->text;
}

/* Room for one event more; NULL: there is none, and it is counted. */
static struct nt_result_event *add_event(struct nt_story *s)
{
    if (s->count == s->limit) {
        s->missing++;
        return NULL;
    }
    int err = nt_grow(&s->events, &s->cap, s->count + 1, sizeof *s->events, EVENTS_MAX + 1);
    s->err = s->err == NT_OK ? err : s->err;
    return err == NT_OK ? &s->events[s->count++] : NULL;
}

void nt_story_note(struct nt_story *s, const struct nt_scn_case *c, struct nt_scn_node node, const struct nt_trace_event *ev)
{
    char reason[320];
    const char *what = event_text(ev);
    bool moved = ev->kind == NT_TR_MOVED; /* told as from there to here */
    s->limit += ev->kind == NT_TR_STEP;   /* all of them are told */
    struct nt_result_event *e = *what != '\0' ? add_event(s) : NULL;
    if (e != NULL)
        *e = (struct nt_result_event){.at_us = (uint64_t)(ev->at / NT_USEC),
                                      .node = word_number(s, nt_scn_node_name(c, node)),
                                      .what = word_number(s, what),
                                      .text = text_number(s, reason_text(ev, reason, sizeof reason)),
                                      .number = (uint64_t)number_of(ev),
                                      .a = address_number(s, moved ? &ev->b : &ev->a),
                                      .b = address_number(s, moved ? &ev->a : &ev->b)};
}

/* The last event says how many are not listed. */
static void note_missing(struct nt_story *s)
{
    char what[60];
    uint64_t missing = s->missing;
    if (missing == 0)
        return;
    s->limit++;
    struct nt_result_event *e = add_event(s);
    snprintf(what, sizeof what, "%" PRIu64 " more events are not listed", missing);
    if (e != NULL)
        *e = (struct nt_result_event){.at_us = s->count > 1 ? e[-1].at_us : 0, .what = text_number(s, what)};
}

/* Moves the texts from *s to *r. */
static int give_texts(struct nt_story *s, struct nt_result_case *r)
{
    r->event_texts = calloc(s->texts.count + 1, sizeof *r->event_texts);
    if (r->event_texts == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < s->texts.count; i++) {
        r->event_texts[r->event_text_count++].text = s->texts.items[i];
        s->texts.items[i] = NULL;
    }
    return s->texts.err;
}

int nt_story_give(struct nt_story *s, struct nt_result_case *r)
{
    if (s->limit == 0)
        return NT_OK;
    note_missing(s);
    int err = s->err;
    r->events = s->events;
    r->event_count = s->count;
    if (err == NT_OK)
        err = give_texts(s, r);
    nt_strings_free(&s->texts);
    *s = (struct nt_story){.limit = 0};
    return err;
}
