/* The machines of a case: each host on which real programs run is a sandbox with the host's addresses. */
#ifndef NT_PROGRAMS_MACHINES_H
#define NT_PROGRAMS_MACHINES_H

#include "natsim/live/machine.h"
#include "reports/result/result.h"
#include "scenarios/programs/program_files.h"
#include "scenarios/world/world.h"

struct nt_machines {
    struct nt_machine **agents, **servers; /* by index; NULL: no program runs there */
};

/* NT_PASS; NT_SKIP (there are no sandboxes here) or NT_ERROR with the reason in `why`. `machines` is to be freed whatever it is. */
enum nt_outcome nt_machines_make(struct nt_machines *machines, struct nt_live *live, const struct nt_world *w,
                                 const struct nt_program_files *files, char why[NT_SANDBOX_WHY]);
/* Kills all programs. Before the world. */
void nt_machines_free(struct nt_machines *machines, const struct nt_scn_case *c);
struct nt_machine *nt_machines_at(const struct nt_machines *machines, struct nt_scn_node n);

#endif
