#include "scenarios/files/source_file.h"
#include "core/base/err.h"
#include "core/base/strings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A FIFO that took the file's place is not waited for. */
static FILE *open_regular(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    FILE *f = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? fdopen(fd, "r") : NULL;
    if (f == NULL && fd >= 0)
        close(fd);
    return f;
}

/* False: it is no text, or longer than `len` by now. */
static bool read_text(FILE *f, char *text, size_t len)
{
    size_t got = fread(text, 1, len + 1, f);
    bool sound = !ferror(f) && got <= len && nt_is_utf8((const uint8_t *)text, got) && memchr(text, '\0', got) == NULL;
    text[sound ? got : 0] = '\0';
    return sound;
}

int nt_source_file_read(const char *path, char **text)
{
    struct stat about;
    FILE *f = path != NULL ? open_regular(path) : NULL;
    size_t len = f != NULL && fstat(fileno(f), &about) == 0 && about.st_size <= NT_SOURCE_MAX ? (size_t)about.st_size : SIZE_MAX;
    *text = len != SIZE_MAX ? malloc(len + 2) : NULL; /* a byte more tells that it has grown */
    int r = len != SIZE_MAX && *text == NULL ? NT_ENOMEM : NT_OK;
    if (*text != NULL && !read_text(f, *text, len)) {
        free(*text);
        *text = NULL;
    }
    if (f != NULL)
        fclose(f);
    return r;
}
