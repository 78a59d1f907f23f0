#define _GNU_SOURCE
#include "scenarios/programs/program_log.h"
#include "core/base/err.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_BYTES 4096

/* What is there, a link maybe, is not written to. */
bool nt_program_log_open(struct nt_program_log *log, const struct nt_program_logs *logs, const char *name)
{
    char path[PATH_BYTES];
    *log = (struct nt_program_log){0};
    if (logs->prefix == NULL)
        return true;
    errno = ENAMETOOLONG;
    if (snprintf(path, sizeof path, "%s.%s.log", logs->prefix, name) >= (int)sizeof path ||
        (logs->opening != NULL && logs->opening(logs->user, path) != NT_OK))
        return false;
    unlink(path);
    if ((log->file = fopen(path, "wxe")) == NULL)
        return false;
    setvbuf(log->file, NULL, _IOLBF, 0);
    return true;
}

void nt_program_log_line(struct nt_program_log *log, const char *mark, const char *text, size_t len)
{
    if (log->file == NULL || log->full)
        return;
    log->len += strlen(mark) + len + 1;
    log->full = log->len > NT_PROGRAM_LOG_MAX;
    if (log->full) {
        fprintf(log->file, "! the log ends here: it has its %d bytes\n", NT_PROGRAM_LOG_MAX);
        return;
    }
    fputs(mark, log->file);
    fwrite(text, 1, len, log->file);
    fputc('\n', log->file);
}

void nt_program_log_close(struct nt_program_log *log)
{
    if (log->file != NULL)
        fclose(log->file);
    log->file = NULL;
}

const char *nt_program_words(char buf[NT_PROGRAM_WORDS_MAX], const char *text, size_t len)
{
    size_t n = len < NT_PROGRAM_WORDS_MAX ? len : NT_PROGRAM_WORDS_MAX - sizeof "...";
    for (size_t i = 0; i < n; i++)
        buf[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i];
    snprintf(buf + n, NT_PROGRAM_WORDS_MAX - n, "%s", n < len ? "..." : "");
    return buf;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);
    return len >= n && strcmp(text + len - n, end) == 0;
}

bool nt_program_was_not_started(int status, const char *words)
{
    static const char *const complaints[] = {": not found", ": command not found", ": Permission denied",
                                             ": No such file or directory", ": Exec format error"};
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127))
        return true;
    for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++)
        if (strncmp(words, "sh: ", 4) == 0 && ends_with(words, complaints[i]))
            return true;
    return false;
}
