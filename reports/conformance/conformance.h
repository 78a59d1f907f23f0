/* Rules that judge a trace: what RFC 8489, 8445, 8656, 8839, 7675 and 8863 demand and a capture can show
 * (one table per RFC). They see packets and who stood where, never an agent's inside, so that they can judge anybody's agent. */
#ifndef NT_CONFORMANCE_CONFORMANCE_H
#define NT_CONFORMANCE_CONFORMANCE_H

#include "pcap/capture.h"

enum nt_conf_party_kind { NT_CONF_AGENT = 1, NT_CONF_SERVER, NT_CONF_GATEWAY, NT_CONF_PLATFORM };
enum nt_conf_level { NT_CONF_MUST = 1, NT_CONF_SHOULD };

struct nt_conf_party {
    enum nt_conf_party_kind kind;
    const char *name;            /* the node's, as in the capture's taps */
    const struct nt_addr *addresses; /* its own; port 0 */
    size_t address_count;
    bool held;                   /* a step held back datagrams before they left: when it sent what is not known */
    nt_time told_late;           /* a step held back its descriptions for so long */
};

struct nt_conf_user { /* keys of servers, for integrity */
    const char *realm, *user, *password;
};

struct nt_conf_input {
    const struct nt_capture *capture;
    const struct nt_conf_party *parties;
    size_t party_count;
    const struct nt_conf_user *users;
    size_t user_count;
    nt_time end;                 /* virtual time of the case's end */
    bool real_time;              /* real programs took part: times are known within 25 ms */
};

struct nt_conf_rule {
    const char *id;              /* "RFC8445-7.1.1-priority" */
    const char *fact;            /* the number in the list of requirements: "I-023" */
    enum nt_conf_level level;
    const char *text;            /* what the RFC says */
};

struct nt_conf_violation {
    const struct nt_conf_rule *rule;
    const char *party;           /* name, of the input */
    uint32_t frame;
    char detail[160];
};

#define NT_CONF_VIOLATIONS_MAX 1000

struct nt_conf_verdict {
    uint32_t exercised;          /* rules that had something to judge */
    struct nt_conf_violation *violations; /* MUST rules only, in order of frames */
    size_t count, cap;
};

const struct nt_conf_rule *nt_conf_rules(size_t *count);
const struct nt_conf_rule *nt_conf_rule_find(const char *id); /* NULL: none */
int nt_conf_judge(const struct nt_conf_input *in, struct nt_conf_verdict *verdict); /* 0 or NT_ENOMEM */
void nt_conf_verdict_free(struct nt_conf_verdict *v);

#endif
