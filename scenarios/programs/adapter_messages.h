/* What an adapter says: one line of JSON as an event, held against the contract (tests/interop/README.md): its keys
 * (adapter_keys.h), and the order in which messages may come. */
#ifndef NT_PROGRAMS_ADAPTER_MESSAGES_H
#define NT_PROGRAMS_ADAPTER_MESSAGES_H

#include "core/ice/ice.h"
#include "scenarios/programs/adapter_keys.h"

struct nt_adapter_hello { /* zero until it is said */
    bool said;
    char stack[64], version[64];
    bool webrtc; /* kind */
    bool trickle;
    bool restart;    /* of its caps: it restarts ICE, and answers who does */
    bool local_base; /* local_type: a path through a server-reflexive candidate has the type of its base */
};

struct nt_adapter_end { /* of the selected pair, as reported */
    enum nt_ice_type type;
    struct nt_addr addr;
};

enum nt_adapter_said {
    NT_ADAPTER_NOTHING = 0, /* no event: it is only logged */
    NT_ADAPTER_NO_MESSAGE,  /* likewise: it does not begin as one */
    NT_ADAPTER_HELLO,       /* nt_adapter_hello */
    NT_ADAPTER_LOOPBACK,    /* it needs lo; may come before its hello */
    NT_ADAPTER_DESCRIBED,   /* sdp; or ufrag, pwd and options (as of a=ice-options, "" when not told) */
    NT_ADAPTER_CANDIDATE,   /* candidate (without "a="), mid ("" when not told) */
    NT_ADAPTER_CANDIDATES_END,
    NT_ADAPTER_OUTDATED, /* a candidate, or the end, of credentials that its latest description has replaced */
    NT_ADAPTER_STATE,    /* state */
    NT_ADAPTER_SELECTED, /* local, remote */
    NT_ADAPTER_OPEN,
    NT_ADAPTER_DATA, /* ok, n */
    NT_ADAPTER_BYE,
    NT_ADAPTER_WRONG,  /* text: it broke the contract */
    NT_ADAPTER_CLOSED, /* its standard output, but it has not ended */
    NT_ADAPTER_ENDED   /* status as from waitpid */
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

enum nt_adapter_desc { NT_ADAPTER_NO_DESC = 0, NT_ADAPTER_OFFER, NT_ADAPTER_ANSWER };

struct nt_adapter_reader { /* zero: nothing was said */
    struct nt_adapter_hello hello;
    enum nt_adapter_desc wanted; /* the description that natsim's latest message asks for, until it is said */
    const char *asked_by;        /* that message: "'start' said \"offerer\":true" */
    bool started, described, ended_candidates, open, bye;
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1], ufrag_before[NT_ICE_CREDENTIAL_MAX + 1]; /* of its latest descriptions */
    char wrong[NT_ADAPTER_WHY_MAX];
};

/* natsim asks for a description (static text: which message does). */
void nt_adapter_ask(struct nt_adapter_reader *reader, enum nt_adapter_desc wanted, const char *asked_by);

/* Reads a line. The event's texts belong to the reader, until the next line, and to the returned JSON (NULL: the line is no JSON),
 * which the caller gives to json_decref. */
json_t *nt_adapter_read(struct nt_adapter_reader *reader, const char *text, size_t len, struct nt_adapter_event *ev);

#endif
