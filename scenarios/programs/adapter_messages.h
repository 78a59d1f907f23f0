/* What an adapter says: one line of JSON as an event (tests/interop/README.md). */
#ifndef NT_PROGRAMS_ADAPTER_MESSAGES_H
#define NT_PROGRAMS_ADAPTER_MESSAGES_H

#include "core/ice/ice.h"

#include <jansson.h>

#define NT_ADAPTER_ECHOES_MAX 1000000

struct nt_adapter_hello { /* zero until it is said */
    bool said;
    char stack[64], version[64];
    bool webrtc; /* kind */
    bool trickle;
    bool local_base; /* local_type: a path through a server-reflexive candidate has the type of its base */
};

struct nt_adapter_end { /* of the selected pair, as reported */
    enum nt_ice_type type;
    struct nt_addr addr;
};

enum nt_adapter_said {
    NT_ADAPTER_NOTHING = 0, /* no event: it is only logged */
    NT_ADAPTER_HELLO,       /* nt_adapter_hello */
    NT_ADAPTER_LOOPBACK,    /* it needs lo; may come before its hello */
    NT_ADAPTER_DESCRIBED,   /* sdp; or ufrag, pwd and options (as of a=ice-options, "" when not told) */
    NT_ADAPTER_CANDIDATE,   /* candidate (without "a="), mid ("" when not told) */
    NT_ADAPTER_CANDIDATES_END,
    NT_ADAPTER_STATE,    /* state */
    NT_ADAPTER_SELECTED, /* local, remote */
    NT_ADAPTER_OPEN,
    NT_ADAPTER_DATA, /* ok, n */
    NT_ADAPTER_BYE,
    NT_ADAPTER_WRONG, /* text: it broke the contract */
    NT_ADAPTER_ENDED  /* status as from waitpid */
};

struct nt_adapter_event {
    enum nt_adapter_said said;
    const char *sdp, *ufrag, *pwd, *options, *candidate, *mid, *text;
    enum nt_ice_state state;
    struct nt_adapter_end local, remote;
    bool ok;
    uint32_t n;
    int status;
};

/* Reads a line; the first line fills `h`, which is kept for the next ones. The event's texts belong to the returned JSON (NULL: the
 * line is no JSON), which the caller gives to json_decref. */
json_t *nt_adapter_read(struct nt_adapter_hello *h, const char *text, size_t len, struct nt_adapter_event *ev);

#endif
