/* A run as the plain data of a result: which case it was, and what a finished world looks like: agents, candidates, pairs, path,
 * data. */
#ifndef NT_JUDGE_OUTCOME_H
#define NT_JUDGE_OUTCOME_H

#include "reports/conformance/conformance.h"
#include "reports/result/result.h"
#include "scenarios/judge/watch.h"

/* The id of a case's result, malloc'd; `seed_in_id`: "#seed=N" ends it. NULL: no memory. */
char *nt_result_id(const struct nt_scn_case *c, uint64_t seed, bool seed_in_id);
/* Begins the result of a case: id, file, claim, parameters, seed, and for now the outcome NT_ERROR with this reason. 0 or
 * NT_ENOMEM; *r is to be freed either way. */
int nt_result_identify(const struct nt_scn_case *c, uint64_t seed, bool seed_in_id, const char *reason, struct nt_result_case *r);
/* Fills path, times, data and agents of *r. `seen_path`: where packets show that the data of real programs went; 0: there are
 * none, and the selected pairs decide. 0 or NT_ENOMEM. */
int nt_result_describe(const struct nt_world *w, unsigned seen_path, struct nt_result_case *r);
int nt_result_add_conformance(const struct nt_conf_verdict *verdict, struct nt_result_case *r); /* 0 or NT_ENOMEM */
/* Finds one of our agents whose data went another way, as packets show it, than its selected pair says: NT_PATH_DIRECT,
 * NT_PATH_RELAYED. The two sides may have selected different pairs. */
bool nt_outcome_astray(const struct nt_world *w, const struct nt_watch *watch, uint32_t *agent, unsigned *says, unsigned *went);
/* Finds one that has a selected pair, and sent datagrams of which none arrived. */
bool nt_outcome_unheard(const struct nt_world *w, uint32_t *agent, uint64_t *sent);

#endif
