/* The words of a command for the shell, as far as they can be known without running it. */
#ifndef NT_PROGRAMS_COMMAND_WORDS_H
#define NT_PROGRAMS_COMMAND_WORDS_H

#include <limits.h>
#include <stdbool.h>

struct nt_command_word {
    char text[PATH_MAX]; /* without quotes */
    bool known;          /* the shell expands nothing in it */
};

/* The next word of *command, which moves on; false: there is none. Operators of the shell stand between words. */
bool nt_command_next(const char **command, struct nt_command_word *w);
/* The first one that names a program: after assignments and `exec`. False: there is none, or it is not known. */
bool nt_command_program(const char *command, struct nt_command_word *w);

#endif
