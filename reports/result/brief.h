/* What the process that collects results keeps of each case: enough for the console, for matrices, counts and the exit code. All
 * else about a case is in the texts that were made of it (results.h). */
#ifndef NT_RESULT_BRIEF_H
#define NT_RESULT_BRIEF_H

#include "reports/result/case.h"
#include "reports/result/strings.h"
#include "reports/result/text.h"

/* X(member): strings that many cases have in common; "" when unset. `local`, `remote`: types of the first agent's first selected
 * pair; `command` runs a case that did not pass alone; `found`: of the data; `place`: nt_result_place. */
#define NT_BRIEF_STRINGS(X) X(file) X(claim) X(reason) X(path) X(local) X(remote) X(command) X(found) X(place)
#define NT_BRIEF_STRING_MEMBER(member) const char *member;

struct nt_brief_numbers {
    uint64_t seed, packets;
    int64_t connect_ms, virtual_ms, wall_ms;
    uint32_t violations, advice; /* found by the rules of conformance, whatever the outcome */
    uint32_t not_judged;         /* (rule, agent) that the rules could not judge */
    uint32_t param_count;
    int line; /* of the scenario; 0: none */
    enum nt_outcome outcome;
};

struct nt_brief_param {
    const char *name, *label;
};

struct nt_brief {
    char *id; /* NULL: this case has not come */
    NT_BRIEF_STRINGS(NT_BRIEF_STRING_MEMBER)
    struct nt_brief_param *params;
    struct nt_brief_numbers n;
};

/* Appends the brief of a case as bytes. */
void nt_brief_pack(struct nt_text *t, const struct nt_result_case *c);
/* Makes a brief of such bytes; its common strings are those of `shared`. 0, NT_ENOMEM, or NT_EFORMAT. *b is to be freed in any
 * case. */
int nt_brief_unpack(struct nt_brief *b, const char *bytes, size_t len, struct nt_strings *shared);
void nt_brief_free(struct nt_brief *b);

#endif
