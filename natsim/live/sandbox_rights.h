/* What a program of a sandbox may do and take. */
#ifndef NT_LIVE_SANDBOX_RIGHTS_H
#define NT_LIVE_SANDBOX_RIGHTS_H

/* For the process that is about to become a program. It keeps two capabilities: to send and receive raw packets on its machine, and
 * to bind ports below 1024; started by root also to read what it sees. It gains no others, whatever it executes, and makes no
 * namespaces. 0 or -1 with errno. */
int nt_sandbox_restrict(void);

#endif
