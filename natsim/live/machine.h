/* A machine: a host of the fabric whose interfaces end in a sandbox, and the programs that run on it. */
#ifndef NT_LIVE_MACHINE_H
#define NT_LIVE_MACHINE_H

#include "natsim/host/host.h"
#include "natsim/live/live.h"
#include "natsim/live/sandbox.h"

#define NT_PROGRAM_LINE_MAX 65536      /* bytes; a longer line comes in pieces */
#define NT_PROGRAM_INPUT_MAX (1 << 20) /* written and not yet read by the program */
#define NT_MACHINE_PROGRAMS_MAX 64

struct nt_machine;
struct nt_program;

/* NULL with the reason in `why`. The host and `l` outlive it. */
struct nt_machine *nt_machine_new(struct nt_live *l, struct nt_host *h, const struct nt_sandbox_config *config,
                                  char why[NT_SANDBOX_WHY]);
void nt_machine_del(struct nt_machine *m); /* kills all its programs */
const struct nt_sandbox *nt_machine_sandbox(const struct nt_machine *m);
int nt_machine_loopback(struct nt_machine *m); /* brings lo up */

enum nt_stream { NT_STDOUT = 1, NT_STDERR = 2 };

struct nt_program_line { /* without its end */
    enum nt_stream stream;
    const char *text; /* any bytes, then NUL */
    size_t len;
    bool goes_on; /* it is longer: the next of this stream is its next piece */
};

struct nt_program_config {
    const char *command; /* for /bin/sh */
    /* The line is valid until the call returns. */
    void (*line)(void *user, const struct nt_program_line *line, nt_time now);
    void (*output_closed)(void *user, nt_time now); /* it closed its standard output: it may be about to end. NULL: nobody asks */
    /* It ended, and all its output has been given; status as from waitpid. */
    void (*ended)(void *user, int status, nt_time now);
    void *user;
};

/* The machine owns it; NULL when it cannot be started. */
struct nt_program *nt_program_start(struct nt_machine *m, const struct nt_program_config *config);
/* To its standard input: 0; NT_ELIMIT when it does not read, and its input is closed; NT_ESTATE when it is gone or its input is
 * closed. */
int nt_program_write(struct nt_program *p, const char *text, size_t len);
void nt_program_close_input(struct nt_program *p); /* for tests, too */

#endif
