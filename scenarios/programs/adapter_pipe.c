#include "scenarios/programs/adapter_pipe.h"
#include "core/base/err.h"
#include "scenarios/model/words.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 200

struct nt_adapter {
    struct nt_adapter_config config;
    struct nt_program *program;
    struct nt_adapter_hello hello;
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

static void line(void *user, enum nt_stream stream, char *text, size_t len, nt_time now)
{
    struct nt_adapter *a = user;
    note(a, stream == NT_STDOUT ? "<" : " ", text, len);
    if (stream == NT_STDERR) {
        snprintf(a->last_words, sizeof a->last_words, "%s", text);
        return;
    }
    struct nt_adapter_event ev;
    json_t *o = nt_adapter_read(&a->hello, text, len, &ev);
    if (ev.said == NT_ADAPTER_HELLO && a->hello.loopback)
        nt_machine_loopback(a->config.machine);
    if (ev.said != NT_ADAPTER_NOTHING)
        a->config.event(a->config.user, &ev, now);
    json_decref(o);
}

static void ended(void *user, int status, nt_time now)
{
    struct nt_adapter *a = user;
    a->program = NULL;
    a->config.event(a->config.user, &(struct nt_adapter_event){.said = NT_ADAPTER_ENDED, .status = status}, now);
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
    tell(a, json_pack("{s:s,s:s,s:b,s:o,s:s}", "t", "start", "role", nt_role_name(start->controlling ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED), "offerer",
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
    return a->hello.said ? &a->hello : NULL;
}

const char *nt_adapter_last_words(const struct nt_adapter *a)
{
    return a->last_words;
}
