/* The logs of real programs, and their last words. */
#ifndef NT_PROGRAMS_PROGRAM_LOG_H
#define NT_PROGRAMS_PROGRAM_LOG_H

#include <stdbool.h>
#include <stdio.h>

#define NT_PROGRAM_LOG_MAX (4 << 20) /* bytes of one log; its last line then says that it ends */
#define NT_PROGRAM_WORDS_MAX 104     /* bytes of last words */

/* Where the logs of a case go. */
struct nt_program_logs {
    const char *prefix;                           /* beginning of their names, "DIR/ID"; NULL: none is wanted */
    int (*opening)(void *user, const char *path); /* before one is made; not 0: it is not (errno). NULL: nobody asks */
    void *user;
};

struct nt_program_log { /* zero: none, and nothing is written */
    FILE *file;
    size_t len;
    bool full;
};

/* Opens PREFIX.NAME.log anew, written line by line. False: it cannot be made, errno says why. */
bool nt_program_log_open(struct nt_program_log *log, const struct nt_program_logs *logs, const char *name);
/* Writes a line of any bytes. */
void nt_program_log_line(struct nt_program_log *log, const char *mark, const char *text, size_t len);
void nt_program_log_close(struct nt_program_log *log);

/* What a program printed, for people: control characters, NUL too, are '?'; "..." ends what is cut. Returns buf. */
const char *nt_program_words(char buf[NT_PROGRAM_WORDS_MAX], const char *text, size_t len);
/* Does the end of a command, its status as from waitpid and its last words, say that a program of it could not be started? A shell
 * says so by 126 and 127; of one program in a pipe by its words alone. */
bool nt_program_was_not_started(int status, const char *words);

#endif
