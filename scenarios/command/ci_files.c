#include "scenarios/command/ci_files.h"
#include "core/base/err.h"
#include "pcap/file.h"
#include "reports/ci/annotations.h"
#include "reports/ci/sarif.h"
#include "reports/ci/summary.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/say.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEND_FILE "free the disk, or give another file"
#define PATH_BYTES 4096

static void complain_about_file(const char *path, int err)
{
    nt_complain_unwritable(path, err, err == NT_EIO && errno == ENOENT ? "make its directory first" : MEND_FILE);
}

/* One of the files that the run itself leaves. */
static bool is_of_run(const char *out, const char *path)
{
    static const char *const names[] = {"results.json", "junit.xml", "report.html", "cases.jsonl"};
    struct stat given, own;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[PATH_BYTES];
        snprintf(name, sizeof name, "%s/%s", out, names[i]);
        if (stat(path, &given) == 0 && stat(name, &own) == 0 && given.st_dev == own.st_dev && given.st_ino == own.st_ino) {
            nt_say_error("%s: the run leaves it itself: give another file", path);
            return true;
        }
    }
    return false;
}

/* A FIFO that nobody reads is an error, not a wait without end. */
static FILE *open_there(const char *path, int flags, const char *mode)
{
    int fd = open(path, flags | O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0666);
    if (fd < 0)
        return NULL;
    fcntl(fd, F_SETFL, flags & O_APPEND);
    FILE *out = fdopen(fd, mode);
    if (out == NULL)
        close(fd);
    return out;
}

bool nt_ci_append_summary(const char *path, int (*write)(FILE *out, const void *what), const void *what)
{
    FILE *out = open_there(path, O_APPEND, "a");
    int err = out != NULL ? write(out, what) : NT_EIO;
    if (out != NULL && fflush(out) != 0 && err == NT_OK)
        err = NT_EIO;
    if (err != NT_OK)
        complain_about_file(path, err);
    if (out != NULL)
        fclose(out);
    return err == NT_OK;
}

static int write_summary(FILE *out, const void *results)
{
    return nt_ci_summary(out, results);
}

static bool is_no_file(const char *path)
{
    struct stat there;
    return lstat(path, &there) == 0 && !S_ISREG(there.st_mode);
}

static int write_through(const struct nt_results *results, const char *path)
{
    FILE *out = open_there(path, O_TRUNC, "w");
    int err = out != NULL ? nt_ci_sarif(out, results) : NT_EIO;
    if (out != NULL && (fflush(out) != 0 || ferror(out)) && err == NT_OK)
        err = NT_EIO;
    int saved = errno;
    if (out != NULL)
        fclose(out);
    errno = saved;
    return err;
}

static int write_whole(const struct nt_results *results, const char *path)
{
    struct nt_file f;
    int err = nt_file_begin(&f, path);
    return err == NT_OK ? nt_file_end(&f, nt_ci_sarif(f.out, results)) : err;
}

/* A file appears whole. A device, a FIFO or a link is written to: a rename would put a file in its place. */
static bool write_sarif(const struct nt_results *results, const char *path)
{
    int err = is_no_file(path) ? write_through(results, path) : write_whole(results, path);
    if (err != NT_OK)
        complain_about_file(path, err);
    return err == NT_OK;
}

bool nt_ci_files_write(const struct nt_results *results, const struct nt_options *o)
{
    bool written = true;
    if (o->summary != NULL)
        written = !is_of_run(o->out, o->summary) && nt_ci_append_summary(o->summary, write_summary, results);
    if (o->sarif != NULL)
        written = !is_of_run(o->out, o->sarif) && write_sarif(results, o->sarif) && written;
    if (o->annotate_github)
        written = nt_ci_annotate_github(stdout, results) == NT_OK && written;
    return written;
}
