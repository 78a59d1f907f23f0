#include "scenarios/files/output.h"
#include "core/base/err.h"
#include "core/base/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
    return make_path(dir);
}

/* A link may lead anywhere. */
static int make_own_directory(const char *dir, const char *name)
{
    char path[PATH_BYTES];
    struct stat st;
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return NT_EIO;
    }
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && lstat(path, &st) == 0 && S_ISDIR(st.st_mode)))
        return NT_OK;
    return NT_EIO;
}

int nt_output_make_captures(const char *dir)
{
    return make_own_directory(dir, "captures");
}

static bool is_plain_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

/* The id with the characters outside A-Za-z0-9._- as "_", between two texts. One too long for a file ends in a hash of the whole.
 */
static char *file_name(const char *before, const char *id, const char *ending)
{
    size_t len = strlen(id), kept = len < NAME_BYTES ? len : NAME_BYTES - 18, n = strlen(before);
    char *name = malloc(n + kept + strlen(ending) + 32);
    if (name == NULL)
        return NULL;
    memcpy(name, before, n);
    for (size_t i = 0; i < kept; i++)
        name[n++] = is_plain_character(id[i]) ? id[i] : '_';
    if (kept < len)
        n += (size_t)sprintf(name + n, "_%016" PRIx64, nt_hash_written(id, len));
    strcpy(name + n, ending);
    return name;
}

int nt_output_make_logs(const char *dir)
{
    return make_own_directory(dir, "logs");
}

char *nt_output_logs(const char *dir, const char *id)
{
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/logs/", dir) >= (int)sizeof path || nt_output_make_logs(dir) != NT_OK)
        return NULL;
    return file_name(path, id, "");
}

int nt_output_name_capture(const char *dir, const char *id, uint64_t seed, const char *claim, bool plain,
                           struct nt_output_capture *out)
{
    *out = (struct nt_output_capture){
        .name = file_name("captures/", id, plain ? ".pcap" : ".pcapng"), .path = malloc(PATH_BYTES), .comment = malloc(PATH_BYTES)};
    if (out->name == NULL || out->path == NULL || out->comment == NULL)
        return NT_ENOMEM;
    snprintf(out->comment, PATH_BYTES, "%s seed=%" PRIu64 ": %s", id, seed, claim);
    if (snprintf(out->path, PATH_BYTES, "%s/%s", dir, out->name) < PATH_BYTES)
        return NT_OK;
    errno = ENAMETOOLONG;
    return NT_EIO;
}

void nt_output_free_capture(struct nt_output_capture *out)
{
    free(out->name);
    free(out->path);
    free(out->comment);
}

void nt_output_remove_parts(const struct nt_output_capture *out)
{
    char path[PATH_BYTES + sizeof NT_OUTPUT_PART_OF_SPARE];
    snprintf(path, sizeof path, "%s%s", out->path, NT_OUTPUT_PART);
    remove(path);
    snprintf(path, sizeof path, "%s%s", out->path, NT_OUTPUT_PART_OF_SPARE);
    remove(path);
}
