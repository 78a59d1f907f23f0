/* A file that grows at its end and is read back, for what a run puts down while it lasts. What cannot be written whole is taken
 * away again. */
#ifndef NT_RESULT_APPEND_H
#define NT_RESULT_APPEND_H

#include <stddef.h>
#include <stdint.h>

struct nt_append {
    int fd;       /* -1: closed */
    uint64_t len; /* what is in it */
};

/* Makes the file anew. 0 or NT_EIO (errno). */
int nt_append_open(struct nt_append *f, const char *path);
/* A file in `dir` that has no name, and so is gone when it is closed, however the process ends. 0, NT_EIO (errno) or NT_ENOMEM. */
int nt_append_open_unnamed(struct nt_append *f, const char *dir);
int nt_append(struct nt_append *f, const void *bytes, size_t len);                   /* 0 or NT_EIO (errno) */
int nt_append_read(const struct nt_append *f, uint64_t at, void *bytes, size_t len); /* 0 or NT_EIO (errno) */
int nt_append_close(struct nt_append *f);                                            /* 0 or NT_EIO (errno) */

#endif
