#define _GNU_SOURCE
#include "scenarios/files/record_file.h"
#include "core/base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_LINE "natsim-run 1\n"
#define BY "by "
#define HEAD_MAX ((size_t)64 << 20)
#define NAME_MAX_BYTES 512 /* a longer line is no name of ours */

void nt_record_file_name(uint64_t rank, uint64_t ranks, char name[NT_RECORD_NAME_BYTES])
{
    snprintf(name, NT_RECORD_NAME_BYTES, NT_RUN_RECORD ".%" PRIu64 "-of-%" PRIu64, rank, ranks);
}

/* The name that is made from the parsed numbers is its own. */
bool nt_record_file_is_of_part(const char *name)
{
    static const char before[] = NT_RUN_RECORD ".";
    char again[NT_RECORD_NAME_BYTES], *end;
    if (strcmp(name, NT_RECORD_OF_MERGE) == 0)
        return true;
    if (strncmp(name, before, sizeof before - 1) != 0)
        return false;
    uint64_t rank = strtoull(name + sizeof before - 1, &end, 10);
    if (strncmp(end, "-of-", 4) != 0)
        return false;
    nt_record_file_name(rank, strtoull(end + 4, NULL, 10), again);
    return strcmp(name, again) == 0;
}

int nt_record_file_open(int dir, const char *name)
{
    struct stat st;
    int fd = openat(dir, name, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno == ELOOP || errno == EISDIR || errno == ENXIO ? NT_EINVAL : NT_EIO;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fd;
    close(fd);
    return NT_EINVAL;
}

static int append(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return NT_EIO;
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return NT_OK;
}

/* One call of the system, so that lines of several processes do not mix. */
int nt_record_file_add(int fd, const char *name)
{
    char line[NAME_MAX_BYTES + 2];
    int len = snprintf(line, sizeof line, "%s\n", name);
    if (len >= (int)sizeof line) {
        errno = ENAMETOOLONG;
        return NT_EIO;
    }
    return append(fd, line, (size_t)len);
}

static int add_author(int fd)
{
    char host[200] = "?", line[NT_RECORD_AUTHOR_MAX];
    gethostname(host, sizeof host - 1);
    snprintf(line, sizeof line, BY "%s, process %ld", host, (long)getpid());
    return nt_record_file_add(fd, line);
}

int nt_record_file_begin(int fd, const char *lines)
{
    char *head = NULL;
    int len = asprintf(&head, FIRST_LINE "%s\n", lines);
    if (len < 0)
        return NT_ENOMEM;
    int r = ftruncate(fd, 0) == 0 ? append(fd, head, (size_t)len) : NT_EIO;
    free(head);
    return r == NT_OK ? add_author(fd) : r;
}

int nt_record_file_go_on(int fd)
{
    int r = nt_record_file_add(fd, "");
    return r == NT_OK ? add_author(fd) : r;
}

/* Reads on at the end of *text, which has room for `cap` bytes and a NUL. */
static size_t read_more(int fd, char *text, size_t len, size_t cap)
{
    ssize_t n;
    do
        n = pread(fd, text + len, cap - len, (off_t)len);
    while (n < 0 && errno == EINTR);
    len += n > 0 ? (size_t)n : 0;
    text[len] = '\0';
    return len;
}

/* All up to the empty line. NULL: out of memory; without an empty line the text has none, too. */
static char *read_up_to_names(int fd)
{
    size_t cap = 0, len = 0;
    char *text = NULL;
    do {
        cap = cap == 0 ? 8192 : 2 * cap;
        char *more = realloc(text, cap + 1);
        if (more == NULL) {
            free(text);
            return NULL;
        }
        text = more;
        len = read_more(fd, text, len, cap);
    } while (len == cap && strstr(text, "\n\n") == NULL && cap < HEAD_MAX);
    return text;
}

/* Likewise, without the first line; `names`: where the names begin, 0 when there is no head. */
static char *read_head(int fd, off_t *names)
{
    char *text = read_up_to_names(fd), *end = text != NULL ? strstr(text, "\n\n") : NULL;
    *names = 0;
    if (text == NULL)
        return NULL;
    if (end == NULL || strncmp(text, FIRST_LINE, strlen(FIRST_LINE)) != 0) {
        text[0] = '\0';
        return text;
    }
    end[1] = '\0';
    *names = (off_t)(end + 2 - text);
    memmove(text, text + strlen(FIRST_LINE), (size_t)(end + 2 - text) - strlen(FIRST_LINE));
    return text;
}

char *nt_record_file_lines(int fd)
{
    off_t names;
    return read_head(fd, &names);
}

int nt_record_file_each_name(int fd, int (*take)(void *user, const char *name), void *user)
{
    char block[65536 + 1], *head;
    off_t at_byte;
    int r = NT_OK;
    if ((head = read_head(fd, &at_byte)) == NULL)
        return NT_ENOMEM;
    free(head);
    for (ssize_t n; at_byte > 0 && r == NT_OK && (n = pread(fd, block, sizeof block - 1, at_byte)) > 0;) {
        char *at = block, *end;
        for (; r == NT_OK && (end = memchr(at, '\n', (size_t)(block + n - at))) != NULL; at = end + 1) {
            *end = '\0';
            r = take(user, at);
        }
        if (at == block) /* a line without an end was cut with its process, or is none of ours */
            break;
        at_byte += at - block;
    }
    return r;
}

/* It is printed. */
static int note_author(void *user, const char *line)
{
    char *author = user;
    size_t n = 0;
    if (strncmp(line, BY, strlen(BY)) != 0)
        return NT_OK;
    for (line += strlen(BY); n < NT_RECORD_AUTHOR_MAX - 1 && *line != '\0'; line++)
        author[n++] = *line >= ' ' && *line <= '~' ? *line : '?';
    author[n] = '\0';
    return NT_OK;
}

void nt_record_file_author(int fd, char author[NT_RECORD_AUTHOR_MAX])
{
    author[0] = '\0';
    nt_record_file_each_name(fd, note_author, author);
}
