/* SIGINT, SIGTERM and SIGHUP, taken as the wish that a command ends in order. */
#ifndef NT_COMMAND_INTERRUPT_H
#define NT_COMMAND_INTERRUPT_H

/* From here on such a signal is noted. A later one ends the process at once; one that comes within half a second counts as the
 * same, since `timeout` and terminals send a signal twice. Signals that the parent ignores (nohup) or blocks stay so. A process
 * that is forked notes a signal for itself, and goes on: a terminal sends signals to all, and the parent decides. Programs that are
 * started get the signals as they were. */
void nt_interrupt_watch(void);
int nt_interrupt(void);              /* the first that came; 0: none */
const char *nt_interrupt_name(void); /* "SIGINT"; "" when none came */

#endif
