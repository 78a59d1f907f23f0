/* The rules: one table per RFC (rfc*_rules.h), in one list. */
#ifndef NT_CONFORMANCE_RULES_H
#define NT_CONFORMANCE_RULES_H

#include <stddef.h>

/* What a breach is called. NT_CONF_DERIVED: a breach like that of a MUST, but the sentence has no capital word: it follows from
 * what the RFC says that is done. NT_CONF_SHOULD: advice. */
enum nt_conf_level { NT_CONF_MUST = 1, NT_CONF_DERIVED, NT_CONF_SHOULD };

/* Whom a rule binds: bits, all of which the party has. A party that sends no connectivity check and has no description is no ICE
 * agent, whatever else it sends. */
enum nt_conf_binds {
    NT_CONF_BINDS_ANY = 0,
    NT_CONF_BINDS_CLIENT = 1, /* of a STUN or TURN server: every agent */
    NT_CONF_BINDS_SERVER = 2,
    NT_CONF_BINDS_ICE = 4,
    NT_CONF_BINDS_FULL = 8 /* an ICE agent that is not lite */
};

/* What a rule has to see of its party: bits. Where one is missing it does not judge, and the verdict says so. */
enum nt_conf_needs {
    NT_CONF_NEEDS_NOTHING = 0,
    NT_CONF_NEEDS_TIMES = 1, /* when it sent: no step held back its datagrams */
    NT_CONF_NEEDS_TOLD = 2,  /* all that it told its peer, and when: no step held back or dropped its signalling */
    NT_CONF_NEEDS_ROLES = 4, /* what its peer's checks said of roles: none that authenticates claimed both */
    NT_CONF_NEEDS_TOLD_TIMES = NT_CONF_NEEDS_TOLD | NT_CONF_NEEDS_TIMES,
    NT_CONF_NEEDS_ROLES_TIMES = NT_CONF_NEEDS_ROLES | NT_CONF_NEEDS_TIMES,
    NT_CONF_NEEDS_ROLES_TOLD = NT_CONF_NEEDS_ROLES | NT_CONF_NEEDS_TOLD,
    NT_CONF_NEEDS_ALL = 7
};

struct nt_conf_rule {
    const char *id;   /* "RFC8445-7.1.1-priority" */
    const char *fact; /* the number in the list of requirements: "I-023" */
    enum nt_conf_level level;
    unsigned binds;   /* of enum nt_conf_binds */
    unsigned needs;   /* of enum nt_conf_needs */
    const char *text; /* what the RFC says */
};

const char *nt_conf_level_name(enum nt_conf_level level); /* "MUST", "derived", "SHOULD" */
const struct nt_conf_rule *nt_conf_rules(size_t *count);
const struct nt_conf_rule *nt_conf_rule_find(const char *id); /* NULL: none */

#endif
