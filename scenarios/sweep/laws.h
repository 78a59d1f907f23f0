/* What must hold in every world: laws, each over the world's own observation. */
#ifndef NT_SWEEP_LAWS_H
#define NT_SWEEP_LAWS_H

#include "scenarios/sweep/observation.h"

/* X(name, word, claim) */
#define NT_LAWS(X)                                                                                                                     \
    X(RUNS, "runs", "it loads, and runs to its end without an error of the program")                                                   \
    X(ORACLE, "oracle", "without troubles the path is one that the oracle knows")                                                      \
    X(CONFORMANCE, "conformance", "no agent and no server of ours is blamed by a rule of conformance")                                 \
    X(ENDS, "ends", "it ends before its limit, and neither agent still runs then, but one whose peer has failed")                      \
    X(COMPLETES, "completes",                                                                                                          \
      "without troubles, or settled after changes, where each schedule of the oracle has a path, and no limit took it, both complete") \
    X(MIRRORED, "mirrored", "when both have completed, data arrive on the 5-tuple that the receiver sends on")                         \
    X(CONSENT, "consent", "data leave on a pair only within 30 s of an answer to a check on it (RFC 7675, 5.1)")                       \
    X(PACING, "pacing", "an agent's transactions begin Ta apart, but for consent (RFC 8445, 14.2)")                                    \
    X(GAP, "gaps",                                                                                                                     \
      "data of agents that restart stay away 2 s after a change that they see, 40 s after what consent tells, and the outage")         \
    X(RELEASES, "releases", "after a hangup no allocation lives")                                                                      \
    X(REPEATS, "repeats", "run again, it leaves the same packets and the same result")                                                 \
    X(READS_BACK, "reads-back", "its result in JSON, read and written again, is the same")                                             \
    X(PASSES, "passes", "with a process in place of an agent the case passes: contract, path, data (tests/interop/README.md)")

#define NT_LAW_BROKE " broke " /* stands between who breaks a rule of conformance, and the rule */

#define NT_LAW_NUMBER(name, word, claim) NT_LAW_##name,
enum nt_law { NT_LAWS(NT_LAW_NUMBER) NT_LAW_COUNT };

const char *nt_law_name(enum nt_law law);
const char *nt_law_claim(enum nt_law law);
/* Whether the world keeps the law; what breaks it is told in `detail`. */
enum nt_law_holds nt_law_try(enum nt_law law, const struct nt_observation *o, char detail[NT_LAW_DETAIL]);

#endif
