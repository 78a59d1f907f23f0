/* The application of an agent that is a process: its signalling, where JSON lines become SIP with SDP and back, and what it
 * reports. */
#ifndef NT_PROGRAMS_AGENT_H
#define NT_PROGRAMS_AGENT_H

#include "scenarios/apps/app.h"
#include "scenarios/programs/adapter_pipe.h"
#include "scenarios/world/world.h"

struct nt_evidence;
struct nt_process;

struct nt_process *nt_process_new(const struct nt_app_context *context); /* NULL without memory */
void nt_process_del(struct nt_process *process);                         /* after its machine */
struct nt_party nt_process_party(struct nt_process *process);

/* Starts the process on its agent's machine; takes `log` over. 0 or NT_EIO. */
int nt_process_start(struct nt_process *process, struct nt_machine *m, const struct nt_evidence *evidence,
                     const struct nt_program_log *log);
const struct nt_adapter_hello *nt_process_hello(const struct nt_process *process); /* NULL: not yet */
/* Notes what it should have said, or done, by now. */
void nt_process_note_time(struct nt_process *process);
/* What it printed that is no message, the last line; or "". */
const char *nt_process_last_line(const struct nt_process *process);
bool nt_process_ended(const struct nt_process *process);
/* The process broke its contract, or ended when it should not. */
bool nt_process_broken(const struct nt_process *process);
/* The same as an outcome with the reason: NT_PASS, or NT_SKIP (unsupported), NT_ERROR, NT_FAIL. */
enum nt_outcome nt_process_fault(const struct nt_process *process, char *why, size_t cap);

#endif
