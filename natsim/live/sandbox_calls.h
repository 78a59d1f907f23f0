/* System calls that no program of a sandbox needs and that reach the kernel's less travelled parts. */
#ifndef NT_LIVE_SANDBOX_CALLS_H
#define NT_LIVE_SANDBOX_CALLS_H

/* From now on they fail with EPERM in this process and all that it starts; 0 or -1 with errno. Processors other than x86-64 and
 * arm64 have no such filter. */
int nt_sandbox_filter_calls(void);

#endif
