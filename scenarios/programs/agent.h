/* The application of an agent that is a process: its end of the signalling, where JSON lines become SIP with SDP and back, and
 * what it reports. */
#ifndef NT_PROGRAMS_AGENT_H
#define NT_PROGRAMS_AGENT_H

#include "scenarios/programs/adapter_pipe.h"
#include "scenarios/apps/party.h"
#include "scenarios/world/world.h"

struct nt_app_process;

struct nt_app_process *nt_app_process_new(struct nt_world *w, uint32_t index);
void nt_app_process_del(struct nt_app_process *p); /* after its machine */
struct nt_party nt_app_process_party(struct nt_app_process *p);

/* Starts the process on its agent's machine; `log` becomes its own. NT_EIO. */
int nt_app_process_start(struct nt_app_process *p, FILE *log);
const struct nt_adapter_hello *nt_app_process_hello(const struct nt_app_process *p); /* NULL: not yet */
void nt_app_process_stop(struct nt_app_process *p); /* tells it to stop */
bool nt_app_process_ended(const struct nt_app_process *p);
/* Data both ways as far as this side can tell; with our agent and WebRTC: ICE connected and a pair selected. */
bool nt_app_process_connected(const struct nt_app_process *p);
/* What went wrong with the process itself: NT_PASS, or NT_SKIP (unsupported), NT_ERROR, NT_FAIL with the reason. */
enum nt_outcome nt_app_process_fault(const struct nt_app_process *p, char *why, size_t cap);

#endif
