/* What is done with the data of a case, and the words in it. */
#ifndef NT_RESULT_RESULT_H
#define NT_RESULT_RESULT_H

#include "reports/result/case.h"

void nt_result_case_free(struct nt_result_case *c);
/* Empties the list of this name (result_fields.h): one that was made in part, for want of memory, has members that are NULL. */
void nt_result_forget_list(struct nt_result_case *c, const char *name);
/* Makes `text` the reason, and the first of the reasons: those that were there follow. 0 or NT_ENOMEM, and nothing has changed. */
int nt_result_put_reason(struct nt_result_case *c, const char *text);
/* Replaces the reason, and the first of the reasons; those behind it stay. 0 or NT_ENOMEM, and nothing has changed. */
int nt_result_reword_reason(struct nt_result_case *c, const char *text);
void nt_result_forget_reasons(struct nt_result_case *c); /* its reason becomes "" */
#define NT_WHY_NO_MORE_SRFLX "no server-reflexive candidate of "
#define NT_WHY_NO_MORE_RELAYED "no relayed candidate of "
#define NT_WHY_NO_RELAYED "no relayed candidate: " /* begins the text of an entry for a server */
#define NT_WHY_DATA "data lost: "                  /* of one for the selected pair: "9 of L's 10 datagrams: ..." */
#define NT_WHY_CONSENT "consent lost: "            /* likewise */
#define NT_WHY_UNCHECKED "no check was sent on it: "
/* The entry of why_not that says most about how the call went; NULL: none says anything about that. */
const struct nt_result_why_not *nt_result_why(const struct nt_result_case *c);
const char *nt_event_text(const struct nt_result_case *c, uint32_t number); /* of an event; "" for a number that is none */
/* Beside it, when that is a relay's refusal: what kept the call from a direct path. NULL: nothing is known, or it is said. */
const struct nt_result_why_not *nt_result_why_besides(const struct nt_result_case *c);
/* Where most of the agent's lost data was dropped (NULL: that of the first agent that lost some), and whether other data was
 * dropped elsewhere; NULL: not known, or none was. */
const char *nt_result_where_lost(const struct nt_result_case *c, const char *agent, bool *further);
/* Why the agent lost consent; NULL: not known, or it has not. */
const char *nt_result_why_no_consent(const struct nt_result_case *c, const char *agent);
const char *nt_result_place(const struct nt_result_case *c); /* the path of its file, for those who look for it; "" at the least */
const char *nt_outcome_name(enum nt_outcome o);
const char *nt_side_name(bool remote); /* "local", "remote" */
/* What a parameter's value is called; "" at the least. */
const char *nt_param_label(const struct nt_result_param *p);

#endif
