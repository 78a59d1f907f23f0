#define _GNU_SOURCE
#include "reports/result/append.h"

#include "core/base/err.h"
#include "reports/result/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int nt_append_open(struct nt_append *f, const char *path)
{
    *f = (struct nt_append){.fd = -1};
    if (unlink(path) == 0 || errno == ENOENT) /* whatever it is: a link is not followed */
        f->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return f->fd >= 0 ? NT_OK : NT_EIO;
}

/* For a moment the file has a name. */
static int open_and_unlink(struct nt_append *f, const char *dir)
{
    struct nt_text path = {0};
    nt_text_printf(&path, "%s/.texts-XXXXXX", dir);
    if (path.err != NT_OK)
        return path.err;
    f->fd = mkstemp(path.p);
    if (f->fd >= 0)
        unlink(path.p);
    nt_text_free(&path);
    return f->fd >= 0 && fcntl(f->fd, F_SETFD, FD_CLOEXEC) == 0 ? NT_OK : NT_EIO;
}

int nt_append_open_unnamed(struct nt_append *f, const char *dir)
{
    *f = (struct nt_append){.fd = open(dir, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600)};
    return f->fd >= 0 ? NT_OK : open_and_unlink(f, dir); /* not every file system has such files */
}

int nt_append(struct nt_append *f, const void *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = pwrite(f->fd, (const char *)bytes + done, len - done, (off_t)(f->len + done));
        if (n > 0) {
            done += (size_t)n;
        } else if (n == 0 || errno != EINTR) {
            int saved = n == 0 ? ENOSPC : errno;
            if (ftruncate(f->fd, (off_t)f->len) == 0)
                errno = saved;
            return NT_EIO;
        }
    }
    f->len += len;
    return NT_OK;
}

int nt_append_read(const struct nt_append *f, uint64_t at, void *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = pread(f->fd, bytes, len, (off_t)at);
        if (n > 0) {
            at += (uint64_t)n;
            bytes = (char *)bytes + n;
            len -= (size_t)n;
        } else if (n == 0 || errno != EINTR) {
            errno = n == 0 ? EIO : errno; /* somebody has cut the file */
            return NT_EIO;
        }
    }
    return NT_OK;
}

int nt_append_close(struct nt_append *f)
{
    int fd = f->fd;
    f->fd = -1;
    return fd < 0 || close(fd) == 0 ? NT_OK : NT_EIO;
}
