#include "scenarios/programs/adapter_messages.h"
#include "core/base/diag.h"
#include "core/base/err.h"
#include "core/base/strings.h"
#include "scenarios/programs/program_log.h"
#include "scenarios/programs/sdp_lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static const char *text_of(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "";
}

static struct nt_adapter_event wrong_event(const struct nt_adapter_reader *reader)
{
    return (struct nt_adapter_event){.said = NT_ADAPTER_WRONG, .text = reader->wrong};
}

static struct nt_adapter_event contract_error(struct nt_adapter_reader *reader, const char *fmt, ...) NT_PRINTF(2, 3);
static struct nt_adapter_event contract_error(struct nt_adapter_reader *reader, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(reader->wrong, sizeof reader->wrong, fmt, args);
    va_end(args);
    return wrong_event(reader);
}

/* --- messages --- */

static bool has_word(const json_t *list, const char *word)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        if (strcmp(json_string_value(item), word) == 0)
            return true;
    }
    return false;
}

static struct nt_adapter_event read_hello(struct nt_adapter_reader *reader, const json_t *o)
{
    struct nt_adapter_hello *h = &reader->hello;
    if (h->said)
        return contract_error(reader, "a second 'hello': it is said once, first");
    snprintf(h->stack, sizeof h->stack, "%s", text_of(o, "stack"));
    snprintf(h->version, sizeof h->version, "%s", text_of(o, "version"));
    h->webrtc = strcmp(text_of(o, "kind"), "webrtc") == 0;
    h->trickle = json_is_true(json_object_get(o, "trickle"));
    h->restart = has_word(json_object_get(o, "caps"), "restart");
    h->local_base = strcmp(text_of(o, "local_type"), "base") == 0;
    h->said = true;
    return (struct nt_adapter_event){.said = NT_ADAPTER_HELLO};
}

void nt_adapter_ask(struct nt_adapter_reader *reader, enum nt_adapter_desc wanted, const char *asked_by)
{
    reader->wanted = wanted;
    reader->asked_by = asked_by;
}

/* The credentials that its candidates are of. */
static void note_ufrag(struct nt_adapter_reader *reader, const json_t *desc)
{
    const char *sdp = text_of(desc, "sdp");
    memcpy(reader->ufrag_before, reader->ufrag, sizeof reader->ufrag);
    if (reader->hello.webrtc && !nt_sdp_find(sdp, strlen(sdp), "a=ice-ufrag:", reader->ufrag, sizeof reader->ufrag))
        reader->ufrag[0] = '\0';
    if (!reader->hello.webrtc)
        snprintf(reader->ufrag, sizeof reader->ufrag, "%s", text_of(desc, "ufrag"));
}

static struct nt_adapter_event read_description(struct nt_adapter_reader *reader, json_t *desc)
{
    const char *type = reader->wanted == NT_ADAPTER_OFFER ? "offer" : "answer";
    if (!nt_adapter_keys_hold(desc, reader->hello.webrtc ? NT_OBJECT_DESC_WEBRTC : NT_OBJECT_DESC_ICE, reader->wrong))
        return wrong_event(reader);
    if (reader->wanted == NT_ADAPTER_NO_DESC)
        return contract_error(
            reader,
            "a second \"desc\": an adapter describes itself once, and again when natsim's 'restart' or a new offer asks for it");
    if (strcmp(text_of(desc, "type"), type) != 0)
        return contract_error(reader, "\"desc\" has \"type\":\"%s\" where \"%s\" is expected: natsim's %s", text_of(desc, "type"),
                              type, reader->asked_by);
    note_ufrag(reader, desc);
    if (reader->described && reader->wanted == NT_ADAPTER_OFFER && strcmp(reader->ufrag, reader->ufrag_before) == 0)
        return contract_error(reader,
                              "\"desc\" has the ufrag \"%.64s\" of the one before: new credentials are expected after natsim's "
                              "'restart'",
                              reader->ufrag);
    reader->wanted = NT_ADAPTER_NO_DESC;
    reader->described = true;
    reader->ended_candidates = false;
    return (struct nt_adapter_event){.said = NT_ADAPTER_DESCRIBED,
                                     .sdp = text_of(desc, "sdp"),
                                     .ufrag = text_of(desc, "ufrag"),
                                     .pwd = text_of(desc, "pwd"),
                                     .options = text_of(desc, "options")};
}

/* Candidates are of its latest description, unless they say otherwise. */
static bool is_of_latest(const struct nt_adapter_reader *reader, const json_t *cand)
{
    const char *ufrag = text_of(cand, "ufrag");
    return *ufrag == '\0' || strcmp(ufrag, reader->ufrag) == 0;
}

static struct nt_adapter_event read_candidate(struct nt_adapter_reader *reader, json_t *cand)
{
    const char *line = text_of(cand, "candidate");
    bool end = json_is_true(json_object_get(cand, "end"));
    if (!nt_adapter_keys_hold(cand, NT_OBJECT_CAND, reader->wrong))
        return wrong_event(reader);
    if (!end && json_object_get(cand, "candidate") == NULL)
        return contract_error(reader, "\"cand\" has neither \"candidate\" nor \"end\":true: one of them is expected");
    if (!reader->described)
        return contract_error(reader, "\"cand\" before \"desc\": an adapter describes itself first, then it tells its candidates");
    if (!is_of_latest(reader, cand) && strcmp(text_of(cand, "ufrag"), reader->ufrag_before) == 0)
        return (struct nt_adapter_event){.said = NT_ADAPTER_OUTDATED};
    if (!is_of_latest(reader, cand))
        return contract_error(reader,
                              "\"cand\" has \"ufrag\":\"%.64s\" where \"%.64s\" is expected, that of its latest description",
                              text_of(cand, "ufrag"), reader->ufrag);
    if (reader->ended_candidates && !end && *line == '\0')
        return (struct nt_adapter_event){.said = NT_ADAPTER_NOTHING};
    if (reader->ended_candidates)
        return contract_error(reader, end ? "a second \"end\":true: the end of the candidates is told once"
                                          : "a \"candidate\" after \"end\":true: the end is told after the last candidate");
    reader->ended_candidates = end;
    if (end)
        return (struct nt_adapter_event){.said = NT_ADAPTER_CANDIDATES_END};
    line += line[0] == 'a' && line[1] == '=' ? 2 : 0;
    /* W3C's empty candidate ends a generation; here `end` does. */
    return (struct nt_adapter_event){
        .said = *line != '\0' ? NT_ADAPTER_CANDIDATE : NT_ADAPTER_NOTHING, .candidate = line, .mid = text_of(cand, "sdpMid")};
}

static struct nt_adapter_event read_signal(struct nt_adapter_reader *reader, const json_t *o)
{
    json_t *desc = json_object_get(o, "desc"), *cand = json_object_get(o, "cand");
    if ((desc != NULL) == (cand != NULL))
        return contract_error(reader, "'signal' has %s: one of them is expected",
                              desc != NULL ? "both \"desc\" and \"cand\"" : "neither \"desc\" nor \"cand\"");
    if (!reader->started)
        return contract_error(
            reader, "'signal' before natsim's 'start': an adapter waits for 'start' before it gathers and describes itself");
    return desc != NULL ? read_description(reader, desc) : read_candidate(reader, cand);
}

static struct nt_adapter_event read_state(struct nt_adapter_reader *reader, const json_t *o)
{
    static const struct {
        const char *name;
        enum nt_ice_state state;
    } states[] = {{"new", NT_ICE_NEW},
                  {"checking", NT_ICE_RUNNING},
                  {"connected", NT_ICE_COMPLETED},
                  {"completed", NT_ICE_COMPLETED},
                  {"disconnected", NT_ICE_DISCONNECTED},
                  {"failed", NT_ICE_FAILED},
                  {"closed", NT_ICE_CLOSED}};
    const char *ice = text_of(o, "ice"), *conn = text_of(o, "conn");
    if (*ice == '\0' && *conn == '\0')
        return contract_error(reader, "'state' has no \"ice\": the state of ICE is expected, such as \"ice\":\"checking\"");
    if (strcmp(conn, "failed") == 0)
        ice = "failed"; /* Chromium says so only there */
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i].name, ice) == 0)
            return (struct nt_adapter_event){.said = NT_ADAPTER_STATE, .state = states[i].state};
    return (struct nt_adapter_event){.said = NT_ADAPTER_NOTHING};
}

static bool read_end(struct nt_adapter_reader *reader, const json_t *o, const char *side, struct nt_adapter_end *end)
{
    json_t *its = json_object_get(o, side);
    const char *type = text_of(its, "type"), *addr = text_of(its, "addr");
    if (!nt_adapter_keys_hold(its, *side == 'l' ? NT_OBJECT_LOCAL : NT_OBJECT_REMOTE, reader->wrong))
        return false;
    end->type = (enum nt_ice_type)nt_ice_type_by_name(type, strlen(type));
    if (*addr == '\0')
        return true; /* it is hidden, and so is its port */
    if (nt_addr_parse(&end->addr, addr) != NT_OK || end->addr.port != 0) {
        contract_error(reader,
                       "\"%s\" of 'selected' has \"addr\":\"%s\" where an IP address is expected, such as "
                       "\"10.1.0.2\", or null where the stack hides it",
                       side, addr);
        return false;
    }
    end->addr.port = (uint16_t)json_integer_value(json_object_get(its, "port"));
    if (end->addr.port == 0)
        contract_error(reader,
                       "\"%s\" of 'selected' has \"addr\":\"%s\" without its \"port\": a whole number from 1 to 65535 is expected",
                       side, addr);
    return end->addr.port != 0;
}

static struct nt_adapter_event read_selected(struct nt_adapter_reader *reader, const json_t *o)
{
    struct nt_adapter_event ev = {.said = NT_ADAPTER_SELECTED};
    if (!reader->started)
        return contract_error(reader, "'selected' before natsim's 'start': no pair can have been selected");
    return read_end(reader, o, "local", &ev.local) && read_end(reader, o, "remote", &ev.remote) ? ev : wrong_event(reader);
}

static struct nt_adapter_event read_open(struct nt_adapter_reader *reader)
{
    if (!reader->started)
        return contract_error(reader, "'open' before natsim's 'start': no data can be sent yet");
    if (reader->open)
        return contract_error(reader, "a second 'open': it is said once, when data can be sent");
    reader->open = true;
    return (struct nt_adapter_event){.said = NT_ADAPTER_OPEN};
}

static struct nt_adapter_event read_data(struct nt_adapter_reader *reader, const json_t *o)
{
    if (!reader->open)
        return contract_error(reader, "'data' before 'open': an adapter says 'open' when it begins to send probes");
    return (struct nt_adapter_event){.said = NT_ADAPTER_DATA,
                                     .ok = json_is_true(json_object_get(o, "ok")),
                                     .n = (uint32_t)json_integer_value(json_object_get(o, "n"))};
}

static struct nt_adapter_event read_bye(struct nt_adapter_reader *reader)
{
    reader->bye = true;
    return (struct nt_adapter_event){.said = NT_ADAPTER_BYE};
}

static struct nt_adapter_event read_object(struct nt_adapter_reader *reader, json_t *o)
{
    char shown[NT_ADAPTER_SHOWN];
    enum nt_adapter_object message = nt_adapter_message_of(o, reader->wrong);
    if (!reader->hello.said && message != NT_OBJECT_HELLO && message != NT_OBJECT_LO)
        return contract_error(
            reader,
            "its first line is no 'hello' but %s: {\"t\":\"hello\",\"kind\":\"ice\"} is expected first, with its stack and version",
            nt_adapter_show(shown, o));
    if (message == NT_ADAPTER_NO_OBJECT || !nt_adapter_keys_hold(o, message, reader->wrong))
        return wrong_event(reader);
    switch (message) {
    case NT_OBJECT_HELLO: return read_hello(reader, o);
    case NT_OBJECT_LO: return (struct nt_adapter_event){.said = NT_ADAPTER_LOOPBACK};
    case NT_OBJECT_SIGNAL: return read_signal(reader, o);
    case NT_OBJECT_STATE: return read_state(reader, o);
    case NT_OBJECT_SELECTED: return read_selected(reader, o);
    case NT_OBJECT_OPEN: return read_open(reader);
    case NT_OBJECT_DATA: return read_data(reader, o);
    case NT_OBJECT_BYE: return read_bye(reader);
    default: return (struct nt_adapter_event){.said = NT_ADAPTER_NOTHING};
    }
}

/* --- lines --- */

static bool has_byte_order_mark(const char *text, size_t len)
{
    return len >= 3 && memcmp(text, BYTE_ORDER_MARK, 3) == 0;
}

/* A line that begins as an object is meant to be a message; NUL bytes and a byte order mark before it are a mistake. */
static bool begins_as_message(const char *text, size_t len)
{
    size_t i = has_byte_order_mark(text, len) ? 3 : 0;
    while (i < len && (text[i] == '\0' || text[i] == ' ' || text[i] == '\t' || text[i] == '\r'))
        i++;
    return i < len && text[i] == '{';
}

/* The first byte, from 1 on, that is no part of a character. */
static size_t byte_not_utf8(const char *text, size_t len)
{
    size_t at = 0, n;
    while (at < len && (n = nt_utf8_length(text + at, len - at)) != 0)
        at += n;
    return at + 1;
}

/* Why the line is no JSON object, and what mends it. */
static struct nt_adapter_event no_json(struct nt_adapter_reader *reader, const char *text, size_t len, const json_error_t *error)
{
    char shown[NT_PROGRAM_WORDS_MAX];
    const char *nul = memchr(text, '\0', len);
    nt_program_words(shown, text, len);
    if (nul != NULL)
        return contract_error(reader, "a message has a NUL byte at byte %zu: %s: one line of JSON in UTF-8 is expected",
                              (size_t)(nul - text) + 1, shown);
    if (has_byte_order_mark(text, len))
        return contract_error(reader,
                              "a message begins with a byte order mark: one line of JSON in UTF-8 is expected, without one");
    switch (json_error_code(error)) {
    case json_error_invalid_utf8:
        return contract_error(reader, "a message is not UTF-8 at byte %zu: %s: write it in UTF-8, or its characters as \\u00e4",
                              byte_not_utf8(text, len), shown);
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return contract_error(reader, "a message has a NUL character, \\u0000: %s: texts have none", shown);
    case json_error_duplicate_key: return contract_error(reader, "a message has a key twice: %s: each key is said once", shown);
    case json_error_end_of_input_expected:
        return contract_error(reader, "more follows a message on its line: %s: one object a line is expected", shown);
    case json_error_premature_end_of_input:
        return contract_error(reader, "a message ends before its last }: %s: one object, all on one line, is expected", shown);
    default:
        return contract_error(reader, "a message is no JSON from byte %d on: %s: one object of JSON a line is expected",
                              error->position, shown);
    }
}

json_t *nt_adapter_read(struct nt_adapter_reader *reader, const char *text, size_t len, struct nt_adapter_event *ev)
{
    json_error_t error;
    *ev = (struct nt_adapter_event){.said = NT_ADAPTER_NO_MESSAGE};
    if (!begins_as_message(text, len))
        return NULL;
    json_t *o = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    *ev = (struct nt_adapter_event){.said = NT_ADAPTER_NOTHING};
    if (reader->bye) /* nothing counts any more */
        return o;
    *ev = o != NULL ? read_object(reader, o) : no_json(reader, text, len, &error);
    return o;
}
