#include "reports/page/log_tail.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define NUL_SHOWN "\xe2\x90\x80"

static int open_log(const char *dir, const char *name, struct stat *st)
{
    char path[PATH_BYTES];
    if (dir == NULL || snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
        return -1;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && (fstat(fd, st) != 0 || !S_ISREG(st->st_mode))) {
        close(fd);
        return -1;
    }
    return fd;
}

static void put_bytes(struct nt_text *t, const char *bytes, size_t len)
{
    for (const char *nul; (nul = memchr(bytes, '\0', len)) != NULL; bytes = nul + 1) {
        nt_text_add(t, bytes, (size_t)(nul - bytes));
        nt_text_put(t, NUL_SHOWN);
        len -= (size_t)(nul - bytes) + 1;
    }
    nt_text_add(t, bytes, len);
}

int64_t nt_log_tail(struct nt_text *t, const char *dir, const char *name)
{
    struct stat st;
    char bytes[NT_LOG_TAIL_MAX];
    int fd = open_log(dir, name, &st);
    if (fd < 0)
        return -1;
    off_t from = st.st_size > NT_LOG_TAIL_MAX ? st.st_size - NT_LOG_TAIL_MAX : 0;
    ssize_t len = pread(fd, bytes, sizeof bytes, from);
    close(fd);
    if (len < 0)
        return -1;
    const char *line = from > 0 ? memchr(bytes, '\n', (size_t)len) : NULL; /* the first one may be cut */
    size_t skipped = line != NULL ? (size_t)(line - bytes) + 1 : 0;
    put_bytes(t, bytes + skipped, (size_t)len - skipped);
    return st.st_size;
}
