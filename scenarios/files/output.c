#include "scenarios/files/output.h"
#include "core/base/err.h"
#include "reports/html.h"
#include "reports/json.h"
#include "reports/junit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define PATH_BYTES 4096
#define NAME_BYTES 220 /* of a capture's name: file systems take 255 */

static int make_directory(const char *path)
{
    struct stat st;
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
        return NT_OK;
    return NT_EIO;
}

/* With its parents. */
static int make_path(const char *dir)
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s", dir) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return NT_EIO;
    }
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (make_directory(path) != NT_OK)
            return NT_EIO;
        *slash = '/';
    }
    return make_directory(path);
}

int nt_output_make(const char *dir)
{
    char path[PATH_BYTES];
    if (make_path(dir) != NT_OK || snprintf(path, sizeof path, "%s/captures", dir) >= (int)sizeof path)
        return NT_EIO;
    return make_directory(path);
}

static bool is_plain_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

/* The id with the characters outside A-Za-z0-9._- as "_", between two texts. One too long for a file ends in a hash of the whole. */
static char *file_name(const char *before, const char *id, const char *ending)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    size_t len = strlen(id), kept = len < NAME_BYTES ? len : NAME_BYTES - 18, n = strlen(before);
    char *name = malloc(n + kept + strlen(ending) + 32);
    if (name == NULL)
        return NULL;
    memcpy(name, before, n);
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (uint8_t)id[i]) * UINT64_C(0x100000001b3);
        if (i < kept)
            name[n++] = is_plain_character(id[i]) ? id[i] : '_';
    }
    if (kept < len)
        n += (size_t)sprintf(name + n, "_%016" PRIx64, hash);
    strcpy(name + n, ending);
    return name;
}

int nt_output_make_logs(const char *dir)
{
    char path[PATH_BYTES];
    return snprintf(path, sizeof path, "%s/logs", dir) < (int)sizeof path ? make_directory(path) : NT_EIO;
}

char *nt_output_logs(const char *dir, const char *id)
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/logs/", dir) >= (int)sizeof path || nt_output_make_logs(dir) != NT_OK)
        return NULL;
    return file_name(path, id, "");
}

int nt_output_capture(const char *dir, const struct nt_capture *c, bool plain, struct nt_result_case *r)
{
    char path[PATH_BYTES], comment[PATH_BYTES];
    char *name = file_name("captures/", r->id, plain ? ".pcap" : ".pcapng");
    if (name == NULL)
        return NT_ENOMEM;
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) {
        free(name);
        errno = ENAMETOOLONG;
        return NT_EIO;
    }
    snprintf(comment, sizeof comment, "%s seed=%" PRIu64 ": %s", r->id, r->seed, r->claim);
    int err = plain ? nt_capture_write_pcap(c, path) : nt_capture_write_pcapng(c, path, comment);
    if (err == NT_OK)
        r->capture = name;
    else
        free(name);
    return err;
}

static int complain(int err, const char *dir, const char *name)
{
    if (err != NT_OK)
        fprintf(stderr, "natsim: %s/%s: cannot be written (%s): free the disk, or give another --out\n", dir, name,
                err == NT_EIO ? strerror(errno) : nt_strerror(err));
    return err;
}

int nt_output_reports(const char *dir, const struct nt_results *r)
{
    int a = complain(nt_report_json(r, dir), dir, "results.json");
    int b = complain(nt_report_junit(r, dir), dir, "junit.xml");
    int c = complain(nt_report_html(r, dir), dir, "report.html");
    return a != NT_OK ? a : b != NT_OK ? b : c;
}

int nt_output_stamp(struct nt_results *r)
{
    time_t now = time(NULL);
    struct tm tm;
    r->stamp = calloc(1, 32);
    if (r->stamp == NULL || gmtime_r(&now, &tm) == NULL)
        return NT_ENOMEM;
    strftime(r->stamp, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return NT_OK;
}

char *nt_output_line(const char *case_json, const struct nt_case_place *place)
{
    size_t len = strlen(case_json) + 120;
    char *line = malloc(len);
    if (line != NULL)
        snprintf(line, len, "{\"order\": %" PRIu64 ", \"of\": %" PRIu64 ", \"shards\": %" PRIu64 ", %s\n", place->order, place->of, place->shards, case_json + 1);
    return line;
}

/* `, "name": N` at the place, which moves behind it. */
static bool read_member(const char **at, const char *name, uint64_t *n)
{
    char *end;
    size_t len = strlen(name);
    if (strncmp(*at, name, len) != 0 || (*at)[len] < '0' || (*at)[len] > '9')
        return false;
    *n = strtoull(*at + len, &end, 10);
    *at = end;
    return true;
}

const char *nt_output_line_place(const char *line, size_t len, struct nt_case_place *place)
{
    const char *at = line;
    if (len < 2 || !read_member(&at, "{\"order\": ", &place->order) || !read_member(&at, ", \"of\": ", &place->of) ||
        !read_member(&at, ", \"shards\": ", &place->shards))
        return NULL;
    bool sound = place->order < place->of && place->of <= NT_CASE_PLACE_MAX && place->shards > 0 && place->shards <= NT_CASE_PLACE_MAX;
    return sound && strncmp(at, ", ", 2) == 0 ? at + 2 : NULL;
}
