#include "scenarios/programs/adapter_messages.h"
#include "core/base/err.h"

#include <stdio.h>
#include <string.h>

static const char *text_of(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "";
}

static struct nt_adapter_event contract_error(const char *what)
{
    return (struct nt_adapter_event){.said = NT_ADAPTER_WRONG, .text = what};
}

static struct nt_adapter_event read_hello(struct nt_adapter_hello *h, const json_t *o)
{
    const char *kind = text_of(o, "kind");
    if (*kind == '\0')
        return contract_error("'hello' has no \"kind\": it is \"ice\" or \"webrtc\"");
    if (strcmp(kind, "ice") != 0 && strcmp(kind, "webrtc") != 0)
        return contract_error("the \"kind\" of 'hello' is neither \"ice\" nor \"webrtc\"");
    snprintf(h->stack, sizeof h->stack, "%.60s", text_of(o, "stack"));
    snprintf(h->version, sizeof h->version, "%.60s", text_of(o, "version"));
    h->webrtc = *kind == 'w';
    h->trickle = json_is_true(json_object_get(o, "trickle"));
    h->local_base = strcmp(text_of(o, "local_type"), "base") == 0;
    h->said = true;
    return (struct nt_adapter_event){.said = NT_ADAPTER_HELLO};
}

static struct nt_adapter_event read_description(const struct nt_adapter_hello *h, const json_t *desc)
{
    struct nt_adapter_event ev = {.said = NT_ADAPTER_DESCRIBED,
                                  .sdp = text_of(desc, "sdp"),
                                  .ufrag = text_of(desc, "ufrag"),
                                  .pwd = text_of(desc, "pwd"),
                                  .options = text_of(desc, "options")};
    if (h->webrtc)
        return *ev.sdp != '\0' ? ev : contract_error("'desc' has no \"sdp\"");
    return *ev.ufrag != '\0' && *ev.pwd != '\0' ? ev : contract_error("'desc' has no \"ufrag\" or no \"pwd\"");
}

static struct nt_adapter_event read_candidate(const json_t *cand)
{
    const char *line = text_of(cand, "candidate");
    if (json_is_true(json_object_get(cand, "end")))
        return (struct nt_adapter_event){.said = NT_ADAPTER_CANDIDATES_END};
    line += line[0] == 'a' && line[1] == '=' ? 2 : 0;
    /* W3C's empty candidate ends a generation; here `end` does. */
    return (struct nt_adapter_event){
        .said = *line != '\0' ? NT_ADAPTER_CANDIDATE : NT_ADAPTER_NOTHING, .candidate = line, .mid = text_of(cand, "sdpMid")};
}

static struct nt_adapter_event read_state(const json_t *o)
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
    const char *ice = text_of(o, "ice");
    if (strcmp(text_of(o, "conn"), "failed") == 0)
        ice = "failed"; /* Chromium says so only there */
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i].name, ice) == 0)
            return (struct nt_adapter_event){.said = NT_ADAPTER_STATE, .state = states[i].state};
    return (struct nt_adapter_event){.said = NT_ADAPTER_NOTHING};
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

static struct nt_adapter_event read_selected(const json_t *o)
{
    struct nt_adapter_event ev = {.said = NT_ADAPTER_SELECTED};
    if (read_end(json_object_get(o, "local"), &ev.local) && read_end(json_object_get(o, "remote"), &ev.remote))
        return ev;
    return contract_error("'selected' needs local and remote, each with type (host, srflx, prflx, relay), addr and port");
}

static struct nt_adapter_event read_data(const json_t *o)
{
    json_int_t n = json_integer_value(json_object_get(o, "n"));
    if (n < 0 || n >= NT_ADAPTER_ECHOES_MAX)
        return contract_error("'data' has an \"n\" that is not 0 to 999999");
    return (struct nt_adapter_event){.said = NT_ADAPTER_DATA, .ok = json_is_true(json_object_get(o, "ok")), .n = (uint32_t)n};
}

static struct nt_adapter_event read_object(struct nt_adapter_hello *h, const json_t *o)
{
    const char *t = text_of(o, "t");
    if (strcmp(t, "hello") == 0)
        return h->said ? contract_error("a second 'hello'") : read_hello(h, o);
    if (strcmp(t, "bye") == 0)
        return (struct nt_adapter_event){.said = NT_ADAPTER_BYE};
    if (strcmp(t, "lo") == 0)
        return (struct nt_adapter_event){.said = NT_ADAPTER_LOOPBACK};
    if (!h->said)
        return contract_error("its first line is no 'hello'");
    if (strcmp(t, "signal") == 0 && json_object_get(o, "desc") != NULL)
        return read_description(h, json_object_get(o, "desc"));
    if (strcmp(t, "signal") == 0)
        return read_candidate(json_object_get(o, "cand"));
    if (strcmp(t, "state") == 0)
        return read_state(o);
    if (strcmp(t, "selected") == 0)
        return read_selected(o);
    if (strcmp(t, "open") == 0)
        return (struct nt_adapter_event){.said = NT_ADAPTER_OPEN};
    return strcmp(t, "data") == 0 ? read_data(o) : (struct nt_adapter_event){.said = NT_ADAPTER_NOTHING};
}

json_t *nt_adapter_read(struct nt_adapter_hello *h, const char *text, size_t len, struct nt_adapter_event *ev)
{
    json_t *o = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    *ev = json_is_object(o) ? read_object(h, o) : (struct nt_adapter_event){.said = NT_ADAPTER_NOTHING};
    return o;
}
