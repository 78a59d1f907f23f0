/* Files within a directory that anybody may have filled: no link is followed below it, and nothing but regular files is opened. */
#ifndef NT_FILES_INSIDE_H
#define NT_FILES_INSIDE_H

#include <stdint.h>

#define NT_INSIDE_WHY 160

/* Opens the regular file `name` ("captures/x.pcapng") within `dir` to read it; `dir` itself may be a link, since the user named it.
 * The descriptor; or -1 with a clause in `why`, as "it is a FIFO", "captures is a symbolic link", and errno, EINVAL if it is no
 * regular file. */
int nt_inside_open(const char *dir, const char *name, char why[NT_INSIDE_WHY]);
/* The same, of a file of at most `most` bytes: "it is larger than 16 GiB". */
int nt_inside_open_bounded(const char *dir, const char *name, uint64_t most, char why[NT_INSIDE_WHY]);
/* The same of a directory. */
int nt_inside_open_directory(const char *dir, const char *name, char why[NT_INSIDE_WHY]);

#endif
