/* Programs that scenarios run, and that a machine may lack: a case that needs one is then skipped. Any other name that is not found
 * is a mistake. */
#ifndef NT_PROGRAMS_OPTIONAL_PROGRAM_H
#define NT_PROGRAMS_OPTIONAL_PROGRAM_H

struct nt_optional_program {
    const char *name, *package; /* Debian's */
};

/* The one of them that this shell command begins with, or asks for by `command -v`, if it is not in the PATH; NULL: none. */
const struct nt_optional_program *nt_optional_program_absent(const char *command);

#endif
