#include "scenarios/programs/adapter_pipe.h"
#include "core/base/err.h"
#include "scenarios/model/words.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nt_adapter {
    struct nt_adapter_config config;
    struct nt_program *program;
    struct nt_adapter_reader reader;
    char last_words[NT_PROGRAM_WORDS_MAX]; /* of standard error */
    char last_line[NT_PROGRAM_WORDS_MAX];  /* of standard output that is no message */
    bool in_long_line;                     /* of standard output: the next piece is no message */
};

static void tell_event(struct nt_adapter *adapter, const struct nt_adapter_event *ev, nt_time now)
{
    adapter->config.event(adapter->config.user, ev, now);
}

static void break_contract(struct nt_adapter *adapter, const char *what)
{
    tell_event(adapter, &(struct nt_adapter_event){.said = NT_ADAPTER_WRONG, .text = what}, 0);
}

static void read_message(struct nt_adapter *adapter, const struct nt_program_line *line, nt_time now)
{
    struct nt_adapter_event ev;
    json_t *o = nt_adapter_read(&adapter->reader, line->text, line->len, &ev);
    if (ev.said == NT_ADAPTER_NO_MESSAGE)
        nt_program_words(adapter->last_line, line->text, line->len);
    else if (ev.said == NT_ADAPTER_LOOPBACK)
        nt_machine_loopback(adapter->config.machine);
    else if (ev.said != NT_ADAPTER_NOTHING)
        tell_event(adapter, &ev, now);
    json_decref(o);
}

static void on_line(void *user, const struct nt_program_line *line, nt_time now)
{
    struct nt_adapter *adapter = user;
    nt_program_log_line(adapter->config.log, line->stream == NT_STDOUT ? "< " : "  ", line->text, line->len);
    if (line->stream == NT_STDERR) {
        nt_program_words(adapter->last_words, line->text, line->len);
        return;
    }
    bool first = !adapter->in_long_line;
    adapter->in_long_line = line->goes_on;
    if (first && line->goes_on && line->text[0] == '{')
        break_contract(adapter, "a message is longer than 65535 bytes: one object a line of at most so many is expected");
    else if (first && !line->goes_on)
        read_message(adapter, line, now);
}

static void on_output_closed(void *user, nt_time now)
{
    struct nt_adapter *adapter = user;
    tell_event(adapter, &(struct nt_adapter_event){.said = NT_ADAPTER_CLOSED}, now);
}

static void on_ended(void *user, int status, nt_time now)
{
    struct nt_adapter *adapter = user;
    adapter->program = NULL;
    tell_event(adapter, &(struct nt_adapter_event){.said = NT_ADAPTER_ENDED, .status = status}, now);
}

/* --- what the adapter is told --- */

static void send_line(struct nt_adapter *adapter, json_t *o)
{
    char *text = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
    size_t len = text != NULL ? strlen(text) : 0;
    json_decref(o);
    if (text == NULL)
        return;
    nt_program_log_line(adapter->config.log, "> ", text, len);
    text[len] = '\n'; /* replaces its NUL */
    if (adapter->program != NULL && nt_program_write(adapter->program, text, len + 1) == NT_ELIMIT)
        break_contract(adapter,
                       "it does not read its standard input, where 1 MiB waits: it is expected to read each line as it comes");
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
    adapter->reader.started = true;
    nt_adapter_ask(&adapter->reader, start->offerer ? NT_ADAPTER_OFFER : NT_ADAPTER_ANSWER,
                   start->offerer ? "'start' said \"offerer\":true" : "'start' said \"offerer\":false");
    for (size_t i = 0; i < start->server_count; i++)
        json_array_append_new(servers, server_json(&start->servers[i]));
    send_line(adapter, json_pack("{s:s,s:s,s:b,s:o,s:s}", "t", "start", "role",
                                 nt_role_name(start->controlling ? NT_ICE_CONTROLLING : NT_ICE_CONTROLLED), "offerer",
                                 start->offerer, "ice", servers, "policy", start->relay_only ? "relay" : "all"));
}

static void send_description(struct nt_adapter *adapter, bool offer, json_t *desc)
{
    if (offer && adapter->reader.described)
        nt_adapter_ask(&adapter->reader, NT_ADAPTER_ANSWER, "new offer asks for one");
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

static const char *text_or_null(const char *text)
{
    return *text != '\0' ? text : NULL;
}

void nt_adapter_candidate(struct nt_adapter *adapter, const char *candidate, size_t len, const char *mid, const char *ufrag)
{
    send_line(adapter, json_pack("{s:s,s:{s:s%,s:s,s:s*}}", "t", "signal", "cand", "candidate", candidate, len, "sdpMid", mid,
                                 "ufrag", text_or_null(ufrag)));
}

void nt_adapter_candidates_end(struct nt_adapter *adapter, const char *ufrag)
{
    send_line(adapter, json_pack("{s:s,s:{s:b,s:s*}}", "t", "signal", "cand", "end", 1, "ufrag", text_or_null(ufrag)));
}

void nt_adapter_restart(struct nt_adapter *adapter)
{
    nt_adapter_ask(&adapter->reader, NT_ADAPTER_OFFER, "'restart' asks for one");
    send_line(adapter, json_pack("{s:s}", "t", "restart"));
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
    struct nt_program_config program = {
        .command = config->command, .line = on_line, .output_closed = on_output_closed, .ended = on_ended, .user = adapter};
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
    return adapter->reader.hello.said ? &adapter->reader.hello : NULL;
}

const char *nt_adapter_last_line(const struct nt_adapter *adapter)
{
    return adapter->last_line;
}

const char *nt_adapter_last_words(const struct nt_adapter *adapter)
{
    return adapter->last_words;
}
