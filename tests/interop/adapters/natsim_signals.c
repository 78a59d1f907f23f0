#include "natsim_signals.h"
#include "core/base/err.h"
#include "core/base/strings.h"
#include "core/sdp/sdp.h"
#include "lines.h"
#include "natsim_adapter.h"

#include <stdio.h>
#include <string.h>

#define MEDIA "m=audio 9 UDP 0" /* no adapter tells it: it has the place that it has in SDP */
#define UFRAG "a=ice-ufrag:"
#define PWD "a=ice-pwd:"
#define OPTIONS "a=ice-options:"
#define END "a=end-of-candidates"
#define CANDIDATE "a=candidate:"

struct lines { /* of SDP */
    char text[NT_ADAPTER_LINES_MAX];
    size_t len;
};

int nt_signals_init(struct nt_signals *s)
{
    return nt_ice_description_init(&s->remote, 1);
}

void nt_signals_free(struct nt_signals *s)
{
    nt_ice_description_free(&s->remote);
}

/* --- the peer's --- */

/* A word of a=ice-options (RFC 8839, 5.6). A description without options is of one that takes candidates as they come. */
static bool has_option(const json_t *desc, const char *word)
{
    const char *p = json_string_value(json_object_get(desc, "options"));
    if (p == NULL)
        return true;
    for (size_t n; *p != '\0'; p += n + (p[n] == ' ')) {
        n = strcspn(p, " ");
        if (n == strlen(word) && memcmp(p, word, n) == 0)
            return true;
    }
    return false;
}

static bool copy_credential(char to[NT_ICE_CREDENTIAL_MAX + 1], const json_t *desc, const char *key)
{
    const char *text = json_string_value(json_object_get(desc, key));
    size_t n = text != NULL ? strlen(text) : 0;
    if (n == 0 || n > NT_ICE_CREDENTIAL_MAX)
        return false;
    memcpy(to, text, n + 1);
    return true;
}

static void add_line(struct lines *lines, const char *name, const char *value, size_t len)
{
    int n = snprintf(lines->text + lines->len, sizeof lines->text - lines->len, "%s%.*s\r\n", name, (int)len, value);
    if (n > 0 && (size_t)n < sizeof lines->text - lines->len)
        lines->len += (size_t)n;
    else
        lines->text[lines->len] = '\0'; /* more than an adapter tells at a time */
}

static void add_credentials(struct lines *lines, const struct nt_ice_stream_description *stream)
{
    add_line(lines, MEDIA, "", 0);
    add_line(lines, UFRAG, stream->ufrag, strlen(stream->ufrag));
    add_line(lines, PWD, stream->pwd, strlen(stream->pwd));
}

/* The peer's credentials. */
static void teach(const struct nt_signals *s, const struct nt_ice_stream_description *stream, nt_time now)
{
    struct lines lines = {{0}, 0};
    add_credentials(&lines, stream);
    if (s->describe != NULL)
        s->describe(s->user, lines.text, false, true, now);
}

/* Both describe themselves anew. */
static bool begin_anew(struct nt_signals *s, bool offers)
{
    nt_ice_description_free(&s->remote);
    s->offerer = offers;
    s->waits = true;
    s->news = s->described = s->gathered = s->ended = s->came = s->agreed = false;
    s->told = 0;
    return nt_ice_description_init(&s->remote, 1) == NT_OK;
}

void nt_signals_restart(struct nt_signals *s, struct nt_ice_agent *ice, nt_time now)
{
    int r = s->agreed ? nt_ice_restart(ice, now) : NT_ESTATE;
    if (r != NT_OK || !begin_anew(s, true))
        nt_lines_say("{s:s, s:s+}", "t", "log", "msg", "no restart: ", nt_strerror(r));
}

static bool is_offer(const json_t *desc)
{
    const char *type = json_string_value(json_object_get(desc, "type"));
    return type != NULL && strcmp(type, "offer") == 0;
}

static void take_description(struct nt_signals *s, struct nt_ice_agent *ice, const json_t *desc, nt_time now)
{
    bool restarts = s->agreed && is_offer(desc) && begin_anew(s, false);
    struct nt_ice_stream_description *stream = &s->remote.streams[0];
    if (s->came || !copy_credential(stream->ufrag, desc, "ufrag") || !copy_credential(stream->pwd, desc, "pwd")) {
        fprintf(stderr, "a second description, or one without ufrag and pwd\n");
        return;
    }
    s->came = true;
    teach(s, stream, now);
    s->remote.trickle = s->peer_trickles = s->trickles && has_option(desc, "trickle");
    s->remote.ice2 = has_option(desc, "ice2");
    int r = restarts ? nt_ice_set_offer(ice, &s->remote, now) : NT_OK;
    if (r != NT_OK)
        nt_lines_say("{s:s, s:s+}", "t", "log", "msg", "the peer's offer is not taken: ", nt_strerror(r));
}

/* A candidate, or their end, into `d`. */
static void add_to(struct nt_ice_description *d, const json_t *cand)
{
    struct nt_ice_candidate c;
    const char *text = json_string_value(json_object_get(cand, "candidate")), *what = NULL;
    if (json_is_true(json_object_get(cand, "end"))) {
        d->streams[0].end_of_candidates = true;
        return;
    }
    int r = text != NULL ? nt_sdp_read_candidate(&c, text, strlen(text), &what) : NT_EFORMAT;
    c.stream = 1;
    if (r == NT_OK)
        r = nt_ice_description_add(d, &c);
    if (r != NT_OK)
        fprintf(stderr, "not used: %s: %s\n", text != NULL ? text : "no candidate", what != NULL ? what : nt_strerror(r));
}

/* RFC 8840, 4.4: a fragment of the session: its credentials and what is new. Of another session: the agent knows what to do. */
static void pass_on(struct nt_signals *s, struct nt_ice_agent *ice, const json_t *cand, nt_time now)
{
    struct nt_ice_description fragment;
    if (nt_ice_description_init(&fragment, 1) != NT_OK)
        return;
    memcpy(fragment.streams[0].ufrag, s->remote.streams[0].ufrag, sizeof fragment.streams[0].ufrag);
    memcpy(fragment.streams[0].pwd, s->remote.streams[0].pwd, sizeof fragment.streams[0].pwd);
    copy_credential(fragment.streams[0].ufrag, cand, "ufrag");
    add_to(&fragment, cand);
    int r = nt_ice_add_remote(ice, &fragment, now);
    if (r != NT_OK)
        fprintf(stderr, "a candidate is not taken: %s\n", nt_strerror(r));
    nt_ice_description_free(&fragment);
}

void nt_signals_take(struct nt_signals *s, struct nt_ice_agent *ice, const json_t *line, nt_time now)
{
    const json_t *desc = json_object_get(line, "desc"), *cand = json_object_get(line, "cand");
    if (json_is_object(desc))
        take_description(s, ice, desc, now);
    else if (!json_is_object(cand))
        fprintf(stderr, "a signal without desc and cand\n");
    else if (s->agreed)
        pass_on(s, ice, cand, now);
    else
        add_to(&s->remote, cand);
}

/* A peer that does not trickle has all of ours before checks start, and we have all of its. */
static bool may_agree(const struct nt_signals *s)
{
    return s->described && s->came && !s->agreed && (s->peer_trickles || (s->ended && s->remote.streams[0].end_of_candidates));
}

static void agree(struct nt_signals *s, struct nt_ice_agent *ice, nt_time now)
{
    s->agreed = true;
    int r = nt_ice_set_remote(ice, &s->remote, now);
    if (r != NT_OK)
        nt_lines_say("{s:s, s:s+}", "t", "log", "msg", "the peer's description is not taken: ", nt_strerror(r));
}

/* --- ours --- */

void nt_signals_event(struct nt_signals *s, const struct nt_ice_event *event)
{
    s->gathered |= event->kind == NT_ICE_EV_GATHERED;
    s->waits &= event->kind != NT_ICE_EV_LOCAL;
    s->news |= event->kind == NT_ICE_EV_GATHERED || event->kind == NT_ICE_EV_CANDIDATE || event->kind == NT_ICE_EV_LOCAL;
}

/* The value of the only line that begins so; NULL: there is none, or there are several. */
static const char *value_of(const char *text, const char *name, char value[NT_ADAPTER_LINES_MAX])
{
    const char *at = strstr(text, name);
    if (at == NULL || strstr(at + 1, name) != NULL)
        return NULL;
    at += strlen(name);
    snprintf(value, NT_ADAPTER_LINES_MAX, "%.*s", (int)strcspn(at, "\r\n"), at);
    return value;
}

static void say_description(struct nt_signals *s, const char *text)
{
    static char ufrag[NT_ADAPTER_LINES_MAX], pwd[NT_ADAPTER_LINES_MAX], options[NT_ADAPTER_LINES_MAX];
    nt_lines_say("{s:s, s:{s:s, s:s*, s:s*, s:s*}}", "t", "signal", "desc", "type", s->offerer ? "offer" : "answer", "ufrag",
                 value_of(text, UFRAG, ufrag), "pwd", value_of(text, PWD, pwd), "options",
                 value_of(text, OPTIONS, options) != NULL ? options : "");
    nt_join(s->ufrag, sizeof s->ufrag, value_of(text, UFRAG, ufrag) != NULL ? ufrag : "", "");
}

static bool begins(const char *line, const char *name)
{
    return strncmp(line, name, strlen(name)) == 0;
}

/* A line that is no description's. */
static void say_line(const struct nt_signals *s, const char *line, size_t len)
{
    const char *ufrag = s->ufrag[0] != '\0' ? s->ufrag : NULL;
    if (begins(line, CANDIDATE))
        nt_lines_say("{s:s, s:{s:s%, s:s, s:s*}}", "t", "signal", "cand", "candidate", line + 2, len - 2, "sdpMid", "0", "ufrag",
                     ufrag);
    else if (begins(line, END))
        nt_lines_say("{s:s, s:{s:b, s:s*}}", "t", "signal", "cand", "end", 1, "ufrag", ufrag);
    else if (!begins(line, UFRAG) && !begins(line, PWD) && !begins(line, OPTIONS) && (!begins(line, MEDIA) || len != strlen(MEDIA)))
        nt_lines_unsupported("an adapter does not tell this line of SDP");
}

static void say(struct nt_signals *s, struct lines *lines, bool first, nt_time now)
{
    if (s->describe != NULL && !s->describe(s->user, lines->text, true, first, now))
        return;
    if (first)
        say_description(s, lines->text);
    for (const char *at = lines->text; *at != '\0'; at += strcspn(at, "\r\n"), at += strspn(at, "\r\n"))
        say_line(s, at, strcspn(at, "\r\n"));
}

static void tell_description(struct nt_signals *s, const struct nt_ice_description *d, nt_time now)
{
    static const char trickling[] = "ice2 trickle", not [] = "ice2";
    struct lines lines = {{0}, 0};
    const char *options = d->trickle ? trickling : not ;
    add_credentials(&lines, &d->streams[0]);
    add_line(&lines, OPTIONS, options, strlen(options));
    say(s, &lines, true, now);
    s->described = true;
}

static void tell_candidates(struct nt_signals *s, const struct nt_ice_stream_description *d, nt_time now)
{
    char text[256];
    struct lines lines = {{0}, 0};
    for (; s->told < d->candidate_count; s->told++) {
        int len = nt_sdp_write_candidate(&d->candidates[s->told], text, sizeof text);
        if (len > 0)
            add_line(&lines, "a=", text, (size_t)len);
    }
    if (s->gathered)
        add_line(&lines, END, "", 0);
    say(s, &lines, false, now);
}

/* Everything told so far comes again, in the same order, and what is new at its end. Before the peer's description there is no
 * session to trickle in, but our description grows, and the contract lets candidates follow it at once. */
static void tell(struct nt_signals *s, struct nt_ice_agent *ice, nt_time now)
{
    struct nt_ice_description d;
    int r = s->agreed ? nt_ice_trickle(ice, &d, now) : nt_ice_local(ice, s->offerer, &d);
    if (r == NT_OK) {
        if (!s->described)
            tell_description(s, &d, now);
        tell_candidates(s, &d.streams[0], now);
        nt_ice_description_free(&d);
    }
    s->ended = s->gathered && s->described;
}

/* RFC 8838, 3: an answer to one that does not trickle has all candidates. */
static bool may_tell(const struct nt_signals *s)
{
    return !s->waits && (s->offerer || (s->came && (s->peer_trickles || s->gathered)));
}

void nt_signals_run(struct nt_signals *s, struct nt_ice_agent *ice, nt_time now)
{
    if (s->news && !s->ended && may_tell(s)) {
        s->news = false;
        tell(s, ice, now);
    }
    if (may_agree(s))
        agree(s, ice, now);
}
