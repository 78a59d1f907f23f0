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

static void write_log(struct nt_adapter *adapter, const char *mark, const char *text, size_t len)
{
    if (adapter->config.log == NULL || adapter->logged + len > NT_ADAPTER_LOG_MAX)
        return;
    adapter->logged += len;
    fprintf(adapter->config.log, "%s %.*s\n", mark, (int)len, text);
}

static void on_line(void *user, enum nt_stream stream, char *text, size_t len, nt_time now)
{
    struct nt_adapter *adapter = user;
    write_log(adapter, stream == NT_STDOUT ? "<" : " ", text, len);
    if (stream == NT_STDERR) {
        snprintf(adapter->last_words, sizeof adapter->last_words, "%s", text);
        return;
    }
    struct nt_adapter_event ev;
    json_t *o = nt_adapter_read(&adapter->hello, text, len, &ev);
    if (ev.said == NT_ADAPTER_HELLO && adapter->hello.loopback)
        nt_machine_loopback(adapter->config.machine);
    if (ev.said != NT_ADAPTER_NOTHING)
        adapter->config.event(adapter->config.user, &ev, now);
    json_decref(o);
}

static void on_ended(void *user, int status, nt_time now)
{
    struct nt_adapter *adapter = user;
    adapter->program = NULL;
    adapter->config.event(adapter->config.user, &(struct nt_adapter_event){.said = NT_ADAPTER_ENDED, .status = status}, now);
}

/* --- what the adapter is told --- */

static void send_line(struct nt_adapter *adapter, json_t *o)
{
    static const char unread[] = "it does not read its standard input";
    char *text = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
    size_t len = text != NULL ? strlen(text) : 0;
    json_decref(o);
    if (text == NULL)
        return;
    write_log(adapter, ">", text, len);
    text[len] = '\n'; /* replaces its NUL */
    if (adapter->program != NULL && nt_program_write(adapter->program, text, len + 1) == NT_ELIMIT)
        write_log(adapter, "!", unread, sizeof unread - 1);
    free(text);
}

static json_t *server_json(const struct nt_adapter_server *s)
{
    char addr[NT_ADDR_TEXT], url[NT_ADDR_TEXT + 32];
    nt_addr_format(&s->addr, addr);
    snprintf(url, sizeof url, s->user != NULL ? "turn:%s?transport=udp" : "stun:%s", addr);
    if (s->user == NULL)
        return json_pack("{s:[s]}", "urls", url);
    return json_pack("{s:[s],s:s,s:s}", "urls", url, "username", s->user, "credential", s->password);
}

void nt_adapter_start(struct nt_adapter *adapter, const struct nt_adapter_start *start)
{
    json_t *servers = json_array();
    for (size_t i = 0; i < start->server_count; i++)
        json_array_append_new(servers, server_json(&start->servers[i]));
    send_line(adapter, json_pack("{s:s,s:s,s:b,s:o,s:s}", "t", "start", "role",
                                 nt_role_name(start->controlling ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED), "offerer",
                                 start->offerer, "ice", servers, "policy", start->relay_only ? "relay" : "all"));
}

static void send_description(struct nt_adapter *adapter, bool offer, json_t *desc)
{
    json_object_set_new(desc, "type", json_string(offer ? "offer" : "answer"));
    send_line(adapter, json_pack("{s:s,s:o}", "t", "signal", "desc", desc));
}

void nt_adapter_describe_sdp(struct nt_adapter *adapter, bool offer, const char *sdp, size_t len)
{
    send_description(adapter, offer, json_pack("{s:s%}", "sdp", sdp, len));
}

void nt_adapter_describe(struct nt_adapter *adapter, bool offer, const char *ufrag, const char *pwd, const char *options)
{
    send_description(adapter, offer, json_pack("{s:s,s:s,s:s}", "ufrag", ufrag, "pwd", pwd, "options", options));
}

void nt_adapter_candidate(struct nt_adapter *adapter, const char *candidate, size_t len, const char *mid)
{
    send_line(adapter, json_pack("{s:s,s:{s:s%,s:s}}", "t", "signal", "cand", "candidate", candidate, len, "sdpMid", mid));
}

void nt_adapter_candidates_end(struct nt_adapter *adapter)
{
    send_line(adapter, json_pack("{s:s,s:{s:b}}", "t", "signal", "cand", "end", 1));
}

void nt_adapter_stop(struct nt_adapter *adapter)
{
    send_line(adapter, json_pack("{s:s}", "t", "stop"));
}

/* --- birth and end --- */

struct nt_adapter *nt_adapter_new(const struct nt_adapter_config *config)
{
    struct nt_adapter *adapter = calloc(1, sizeof *adapter);
    if (adapter == NULL)
        return NULL;
    adapter->config = *config;
    struct nt_program_config program = {.command = config->command, .line = on_line, .ended = on_ended, .user = adapter};
    adapter->program = nt_program_start(config->machine, &program);
    if (adapter->program != NULL)
        return adapter;
    free(adapter);
    return NULL;
}

void nt_adapter_del(struct nt_adapter *adapter)
{
    free(adapter);
}

const struct nt_adapter_hello *nt_adapter_hello(const struct nt_adapter *adapter)
{
    return adapter->hello.said ? &adapter->hello : NULL;
}

const char *nt_adapter_last_words(const struct nt_adapter *adapter)
{
    return adapter->last_words;
}
