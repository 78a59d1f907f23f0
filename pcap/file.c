#include "pcap/file.h"

#include "core/base/err.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What a killed run left under this name is removed, or whatever somebody put there: a link is not followed, a FIFO not opened. */
static FILE *open_new(const char *path)
{
    return remove(path) == 0 || errno == ENOENT ? fopen(path, "wbx") : NULL;
}

int nt_file_begin_as(struct nt_file *f, const char *path, const char *suffix)
{
    size_t len = strlen(path);
    *f = (struct nt_file){.path = strdup(path), .temp = malloc(len + strlen(suffix) + 1)};
    if (f->path == NULL || f->temp == NULL) {
        free(f->path);
        free(f->temp);
        return NT_ENOMEM;
    }
    memcpy(f->temp, path, len);
    strcpy(f->temp + len, suffix);
    f->out = open_new(f->temp);
    if (f->out == NULL) {
        int saved = errno;
        free(f->path);
        free(f->temp);
        errno = saved;
        return NT_EIO;
    }
    return NT_OK;
}

int nt_file_begin(struct nt_file *f, const char *path)
{
    return nt_file_begin_as(f, path, ".part");
}

int nt_file_end(struct nt_file *f, int err)
{
    int saved = errno;
    /* An earlier write that failed left the stream's error flag, but errno may have changed since: flushing again sets it. */
    bool failed = ferror(f->out) != 0;
    if (fflush(f->out) != 0) {
        failed = true;
        saved = errno;
    }
    if (fclose(f->out) != 0 && !failed) {
        failed = true;
        saved = errno;
    }
    if (err == NT_OK && failed)
        err = NT_EIO;
    if (err == NT_OK && rename(f->temp, f->path) != 0) {
        saved = errno;
        err = NT_EIO;
    }
    if (err != NT_OK)
        remove(f->temp);
    free(f->path);
    free(f->temp);
    errno = saved;
    return err;
}
