/* What the rules are given: a capture, and who stood where in it. */
#ifndef NT_CONFORMANCE_INPUT_H
#define NT_CONFORMANCE_INPUT_H

#include "pcap/capture.h"

enum nt_conf_party_kind { NT_CONF_AGENT = 1, NT_CONF_SERVER, NT_CONF_GATEWAY, NT_CONF_PLATFORM };

struct nt_conf_party {
    enum nt_conf_party_kind kind;
    const char *name;                /* the node's, as in the capture's taps */
    const struct nt_addr *addresses; /* its own; port 0 */
    size_t address_count;
    bool held;         /* a step held back datagrams before they reached the tap: when it sent them is not known */
    nt_time told_late; /* for how long a step held back its signalling */
    bool told_partly;  /* a step held back or dropped what it told: what it has conveyed, and when, is not known */
    bool carried;      /* a process: its description may wait for its last candidate, its first INFO for the dialog */
    bool fails_over;   /* it is set to nominate another pair when the selected one ends: not of RFC 8445 */
    bool moves;        /* steps take its interfaces down or to other networks: which of its pairs are left is not known */
    bool refuses;      /* a server: steps make it refuse requests, or leave them unanswered */
    /* A server: when steps made it lose its state, in file order; NT_TIME_NEVER: not yet. Filled while the capture grows, before
     * the frames of that time are read. */
    const nt_time *reset_at;
    size_t reset_count;
    nt_time stopped;    /* an agent: when it was told to end, whatever it was doing; 0: never. May be filled until the end */
    uint16_t max_pairs; /* an agent's limit of candidate pairs (RFC 8445, 6.1.2.5); 0: the default of 100 */
    uint32_t lifetime;  /* to which a TURN server is set, of allocations, in seconds; 0: not known */
};

struct nt_conf_user { /* a user that a server knows: with the password integrity is verified */
    uint32_t server;  /* the index of the party: another server may know another password for this name */
    const char *realm, *user, *password;
    nt_time until; /* from then on the server refuses it, and is not wrong; 0: valid for ever */
};

struct nt_conf_login { /* what an agent was given to log in with, right or wrong */
    uint32_t agent;    /* the index of the party */
    const char *user, *password;
};

struct nt_conf_input {
    const struct nt_capture *capture;
    const struct nt_conf_party *parties;
    size_t party_count;
    const struct nt_conf_user *users;
    size_t user_count;
    const struct nt_conf_login *logins;
    size_t login_count;
    nt_time end;    /* for nt_conf_judge: virtual time of the end of the case */
    bool real_time; /* real programs took part: times are less exact */
};

#endif
