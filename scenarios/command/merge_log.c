#include "scenarios/command/merge_log.h"
#include "core/base/err.h"
#include "core/base/map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES 65536

static void put_name(const struct nt_merge_log *log, char name[NT_RANK_NAME_BYTES])
{
    if (log->rank.rank.size > 0)
        nt_rank_log_name(&log->rank, name);
    else
        snprintf(name, NT_RANK_NAME_BYTES, "cases.jsonl");
}

const char *nt_merge_log_path(const struct nt_merge_log *log, char path[NT_MERGE_PATH_BYTES])
{
    char name[NT_RANK_NAME_BYTES];
    put_name(log, name);
    snprintf(path, NT_MERGE_PATH_BYTES, "%s/%s", log->dir, name);
    return path;
}

static int open_named(const struct nt_merge_log *log, char why[NT_INSIDE_WHY])
{
    char name[NT_RANK_NAME_BYTES];
    put_name(log, name);
    return nt_inside_open(log->dir, name, why);
}

int nt_merge_log_open(struct nt_merge_log *log, char why[NT_INSIDE_WHY])
{
    struct stat st;
    int fd = open_named(log, why);
    if (fd < 0 && errno == ENOENT && log->rank.unfinished) {
        log->rank.unfinished = false;
        fd = open_named(log, why);
    }
    if (fd >= 0 && fstat(fd, &st) == 0) {
        log->device = st.st_dev;
        log->inode = st.st_ino;
    }
    return fd;
}

int nt_merge_log_reopen(struct nt_merge_log *log, char why[NT_INSIDE_WHY])
{
    const struct nt_merge_log before = *log;
    int fd = nt_merge_log_open(log, why);
    if (fd < 0 || (log->device == before.device && log->inode == before.inode))
        return fd;
    close(fd);
    snprintf(why, NT_INSIDE_WHY, "another file took its place while it was read");
    return -1;
}

/* Reads on behind what is there. The bytes, 0 at the end, or an error. */
static int read_more(struct nt_merge_lines *l)
{
    if (l->at > 0)
        memmove(l->bytes, l->bytes + l->at, l->len - l->at);
    l->len -= l->at;
    l->offset += l->at;
    l->at = 0;
    if (l->len > NT_MERGE_LINE_MAX)
        return NT_ELIMIT;
    int err = nt_reserve(&l->bytes, &l->cap, l->len + READ_BYTES, 1, NT_MERGE_LINE_MAX + 2 * READ_BYTES);
    if (err != NT_OK)
        return err;
    ssize_t n;
    do
        n = read(l->fd, l->bytes + l->len, READ_BYTES);
    while (n < 0 && errno == EINTR);
    l->len += n > 0 ? (size_t)n : 0;
    return n < 0 ? NT_EIO : (int)n;
}

int nt_merge_lines_next(struct nt_merge_lines *l, struct nt_merge_line *line)
{
    size_t seen = 0; /* behind `at`: without a newline */
    const char *end = NULL;
    int more = 1;
    while (more > 0) {
        end = l->len > l->at + seen ? memchr(l->bytes + l->at + seen, '\n', l->len - l->at - seen) : NULL;
        if (end != NULL)
            break;
        seen = l->len - l->at;
        more = read_more(l);
    }
    if (more < 0 || l->len == l->at)
        return more;
    *line = (struct nt_merge_line){.text = l->bytes + l->at, .at = l->offset + l->at, .cut = end == NULL};
    line->len = (size_t)((end != NULL ? end : l->bytes + l->len) - line->text);
    l->at += line->len + (end != NULL);
    return 1;
}

bool nt_merge_line_case(const struct nt_merge_line *line, struct nt_case_place *place, struct nt_text *json)
{
    const char *rest = nt_case_line_read(line->text, line->len, place);
    json->len = 0;
    nt_text_put(json, "{");
    if (rest != NULL)
        nt_text_add(json, rest, line->len - (size_t)(rest - line->text));
    return rest != NULL;
}

void nt_merge_lines_free(struct nt_merge_lines *l)
{
    free(l->bytes);
    if (l->fd >= 0)
        close(l->fd);
    *l = (struct nt_merge_lines){.fd = -1};
}
