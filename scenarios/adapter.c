#include "scenarios/adapter.h"
#include "core/base/err.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 200

struct nt_adapter {
    struct nt_adapter_config config;
    struct nt_program *program;
    struct nt_adapter_hello hello;
    bool said_hello;
    char last_words[WORDS_MAX];
    size_t logged;
};

static void note(struct nt_adapter *a, const char *mark, const char *text, size_t len)
{
    if (a->config.log == NULL || a->logged + len > NT_ADAPTER_LOG_MAX)
        return;
    a->logged += len;
    fprintf(a->config.log, "%s %.*s\n", mark, (int)len, text);
}

/* --- what it says --- */

static const char *text_of(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "";
}

static void give(struct nt_adapter *a, struct nt_adapter_event ev, nt_time now)
{
    a->config.event(a->config.user, &ev, now);
}

static void wrong(struct nt_adapter *a, const char *what, nt_time now)
{
    give(a, (struct nt_adapter_event){.said = NT_ADAPTER_WRONG, .text = what}, now);
}

static void hello(struct nt_adapter *a, const json_t *o, nt_time now)
{
    const char *kind = text_of(o, "kind");
    size_t i;
    json_t *need;
    if (strcmp(kind, "ice") != 0 && strcmp(kind, "webrtc") != 0) {
        wrong(a, "'hello' has no \"kind\": it is \"ice\" or \"webrtc\"", now);
        return;
    }
    snprintf(a->hello.stack, sizeof a->hello.stack, "%.60s", text_of(o, "stack"));
    snprintf(a->hello.version, sizeof a->hello.version, "%.60s", text_of(o, "version"));
    a->hello.webrtc = *kind == 'w';
    a->hello.trickle = json_is_true(json_object_get(o, "trickle"));
    a->hello.local_base = strcmp(text_of(o, "local_type"), "base") == 0;
    json_array_foreach(json_object_get(o, "needs"), i, need) if (json_is_string(need) && strcmp(json_string_value(need), "lo") == 0)
        nt_machine_loopback(a->config.machine);
    a->said_hello = true;
    give(a, (struct nt_adapter_event){.said = NT_ADAPTER_HELLO}, now);
}

static void signalled(struct nt_adapter *a, const json_t *o, nt_time now)
{
    const json_t *desc = json_object_get(o, "desc"), *cand = json_object_get(o, "cand");
    struct nt_adapter_event ev = {.said = NT_ADAPTER_DESCRIBED, .sdp = text_of(desc, "sdp"), .ufrag = text_of(desc, "ufrag"),
                                  .pwd = text_of(desc, "pwd"), .options = text_of(desc, "options")};
    if (desc != NULL && (a->hello.webrtc ? *ev.sdp == '\0' : *ev.ufrag == '\0' || *ev.pwd == '\0')) {
        wrong(a, a->hello.webrtc ? "'desc' has no \"sdp\"" : "'desc' has no \"ufrag\" or no \"pwd\"", now);
    } else if (desc != NULL) {
        give(a, ev, now);
    } else if (json_is_true(json_object_get(cand, "end"))) {
        give(a, (struct nt_adapter_event){.said = NT_ADAPTER_CANDIDATES_END}, now);
    } else {
        const char *line = text_of(cand, "candidate");
        line += strncmp(line, "a=", 2) == 0 ? 2 : 0;
        if (*line != '\0') /* an empty one is W3C's end of a generation: `end` says it here */
            give(a, (struct nt_adapter_event){.said = NT_ADAPTER_CANDIDATE, .candidate = line, .mid = text_of(cand, "sdpMid")}, now);
    }
}

static void stated(struct nt_adapter *a, const json_t *o, nt_time now)
{
    static const struct {
        const char *name;
        enum nt_ice_state state;
    } states[] = {{"new", NT_ICE_NEW}, {"checking", NT_ICE_RUNNING}, {"connected", NT_ICE_COMPLETED}, {"completed", NT_ICE_COMPLETED},
                  {"disconnected", NT_ICE_DISCONNECTED}, {"failed", NT_ICE_FAILED}, {"closed", NT_ICE_CLOSED}};
    const char *ice = text_of(o, "ice");
    if (strcmp(text_of(o, "conn"), "failed") == 0)
        ice = "failed"; /* Chromium says it there alone */
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i].name, ice) == 0)
            give(a, (struct nt_adapter_event){.said = NT_ADAPTER_STATE, .state = states[i].state}, now);
}

static bool read_end(const json_t *o, struct nt_adapter_end *end)
{
    const char *type = text_of(o, "type"), *addr = text_of(o, "addr");
    json_int_t port = json_integer_value(json_object_get(o, "port"));
    int t = nt_ice_type_by_name(type, strlen(type));
    if (t < 0 || port < 0 || port > 65535 || (*addr != '\0' && nt_addr_parse(&end->addr, addr) != NT_OK))
        return false;
    end->type = (enum nt_ice_type)t;
    end->addr.port = *addr != '\0' ? (uint16_t)port : 0;
    return true;
}

static void selected(struct nt_adapter *a, const json_t *o, nt_time now)
{
    struct nt_adapter_event ev = {.said = NT_ADAPTER_SELECTED};
    if (read_end(json_object_get(o, "local"), &ev.local) && read_end(json_object_get(o, "remote"), &ev.remote))
        give(a, ev, now);
    else
        wrong(a, "'selected' needs local and remote, each with type (host, srflx, prflx, relay), addr and port", now);
}

static void object(struct nt_adapter *a, const json_t *o, nt_time now)
{
    const char *t = text_of(o, "t");
    json_int_t n = json_integer_value(json_object_get(o, "n"));
    if (strcmp(t, "hello") == 0)
        hello(a, o, now);
    else if (!a->said_hello)
        wrong(a, "its first line is no 'hello'", now);
    else if (strcmp(t, "signal") == 0)
        signalled(a, o, now);
    else if (strcmp(t, "state") == 0)
        stated(a, o, now);
    else if (strcmp(t, "selected") == 0)
        selected(a, o, now);
    else if (strcmp(t, "open") == 0)
        give(a, (struct nt_adapter_event){.said = NT_ADAPTER_OPEN}, now);
    else if (strcmp(t, "data") == 0)
        give(a, (struct nt_adapter_event){.said = NT_ADAPTER_DATA, .ok = json_is_true(json_object_get(o, "ok")),
                                          .n = n > 0 && n < 1000000 ? (uint32_t)n : 0}, now);
    else if (strcmp(t, "bye") == 0)
        give(a, (struct nt_adapter_event){.said = NT_ADAPTER_BYE}, now);
}

static void line(void *user, enum nt_stream stream, char *text, size_t len, nt_time now)
{
    struct nt_adapter *a = user;
    note(a, stream == NT_STDOUT ? "<" : " ", text, len);
    if (stream == NT_STDERR) {
        snprintf(a->last_words, sizeof a->last_words, "%s", text);
        return;
    }
    json_t *o = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(o))
        object(a, o, now);
    json_decref(o);
}

static void ended(void *user, int status, nt_time now)
{
    struct nt_adapter *a = user;
    a->program = NULL;
    give(a, (struct nt_adapter_event){.said = NT_ADAPTER_ENDED, .status = status}, now);
}

/* --- what it is told --- */

static void tell(struct nt_adapter *a, json_t *o)
{
    static const char unread[] = "it does not read its standard input";
    char *text = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
    size_t len = text != NULL ? strlen(text) : 0;
    json_decref(o);
    if (text == NULL)
        return;
    note(a, ">", text, len);
    text[len] = '\n'; /* in the place of its NUL */
    if (a->program != NULL && nt_program_write(a->program, text, len + 1) == NT_ELIMIT)
        note(a, "!", unread, sizeof unread - 1);
    free(text);
}

static json_t *server(const struct nt_adapter_server *s)
{
    char addr[NT_ADDR_TEXT], url[NT_ADDR_TEXT + 32];
    nt_addr_format(&s->addr, addr);
    snprintf(url, sizeof url, s->user != NULL ? "turn:%s?transport=udp" : "stun:%s", addr);
    if (s->user == NULL)
        return json_pack("{s:[s]}", "urls", url);
    return json_pack("{s:[s],s:s,s:s}", "urls", url, "username", s->user, "credential", s->password);
}

void nt_adapter_start(struct nt_adapter *a, const struct nt_adapter_start *start)
{
    json_t *servers = json_array();
    for (size_t i = 0; i < start->server_count; i++)
        json_array_append_new(servers, server(&start->servers[i]));
    tell(a, json_pack("{s:s,s:s,s:b,s:o,s:s}", "t", "start", "role", start->controlling ? "controlling" : "controlled", "offerer",
                      start->offerer, "ice", servers, "policy", start->relay_only ? "relay" : "all"));
}

static void describe(struct nt_adapter *a, bool offer, json_t *desc)
{
    json_object_set_new(desc, "type", json_string(offer ? "offer" : "answer"));
    tell(a, json_pack("{s:s,s:o}", "t", "signal", "desc", desc));
}

void nt_adapter_describe_sdp(struct nt_adapter *a, bool offer, const char *sdp, size_t len)
{
    describe(a, offer, json_pack("{s:s%}", "sdp", sdp, len));
}

void nt_adapter_describe(struct nt_adapter *a, bool offer, const char *ufrag, const char *pwd, const char *options)
{
    describe(a, offer, json_pack("{s:s,s:s,s:s}", "ufrag", ufrag, "pwd", pwd, "options", options));
}

void nt_adapter_candidate(struct nt_adapter *a, const char *candidate, size_t len, const char *mid)
{
    tell(a, json_pack("{s:s,s:{s:s%,s:s}}", "t", "signal", "cand", "candidate", candidate, len, "sdpMid", mid));
}

void nt_adapter_candidates_end(struct nt_adapter *a)
{
    tell(a, json_pack("{s:s,s:{s:b}}", "t", "signal", "cand", "end", 1));
}

void nt_adapter_stop(struct nt_adapter *a)
{
    tell(a, json_pack("{s:s}", "t", "stop"));
}

/* --- birth and end --- */

struct nt_adapter *nt_adapter_new(const struct nt_adapter_config *config)
{
    struct nt_adapter *a = calloc(1, sizeof *a);
    if (a == NULL)
        return NULL;
    a->config = *config;
    struct nt_program_config program = {.command = config->command, .line = line, .ended = ended, .user = a};
    a->program = nt_program_start(config->machine, &program);
    if (a->program != NULL)
        return a;
    free(a);
    return NULL;
}

void nt_adapter_del(struct nt_adapter *a)
{
    free(a);
}

const struct nt_adapter_hello *nt_adapter_hello(const struct nt_adapter *a)
{
    return a->said_hello ? &a->hello : NULL;
}

const char *nt_adapter_last_words(const struct nt_adapter *a)
{
    return a->last_words;
}
