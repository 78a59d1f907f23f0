/* Steps that change the world under the agents: link, nat, move, partition. */
#ifndef NT_SECTIONS_WORLD_STEP_H
#define NT_SECTIONS_WORLD_STEP_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_link, nt_table_nat, nt_table_move, nt_table_partition;

void nt_load_link(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);
void nt_load_move(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);
void nt_load_nat_step(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);
void nt_load_partition(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step);

#endif
