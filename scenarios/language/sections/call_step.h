/* Steps of the agents in a call: call, reoffer, restart, hangup, renominate, send, signalling. */
#ifndef NT_SECTIONS_CALL_STEP_H
#define NT_SECTIONS_CALL_STEP_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_call, nt_table_reoffer, nt_table_restart, nt_table_hangup, nt_table_renominate, nt_table_send,
    nt_table_signalling;

void nt_load_call(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);
void nt_load_reoffer(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);
void nt_load_restart(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);
void nt_load_hangup(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);
void nt_load_renominate(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);
void nt_load_send(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);
void nt_load_signalling(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);

#endif
