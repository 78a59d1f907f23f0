/* Debian's coturn on a machine of the fabric, as a server of the case. */
#ifndef NT_PROGRAMS_COTURN_H
#define NT_PROGRAMS_COTURN_H

#include "natsim/live/machine.h"
#include "reports/result/result.h"
#include "scenarios/model/case.h"
#include "scenarios/programs/program_log.h"

struct nt_coturn;

/* `ipv6`: the machine has such addresses. Takes `log` over, also on failure. NULL with the reason in `why`. */
struct nt_coturn *nt_coturn_new(struct nt_machine *m, const struct nt_scn_server *server, bool ipv6, struct nt_program_log *log,
                                char *why, size_t cap);
void nt_coturn_del(struct nt_coturn *coturn);         /* after its machine */
bool nt_coturn_ready(const struct nt_coturn *coturn); /* it listens */
bool nt_coturn_ended(const struct nt_coturn *coturn);
/* NT_PASS while it runs; NT_SKIP (it is not installed) or NT_FAIL with the reason. */
enum nt_outcome nt_coturn_fault(const struct nt_coturn *coturn, char *why, size_t cap);

#endif
