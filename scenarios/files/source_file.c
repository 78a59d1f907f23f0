#include "scenarios/files/source_file.h"
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

char *nt_source_file_read(const char *path)
{
    FILE *f = path != NULL ? open_regular(path) : NULL;
    char *text = f != NULL ? malloc(NT_SOURCE_MAX + 1) : NULL;
    size_t len = text != NULL ? fread(text, 1, NT_SOURCE_MAX + 1, f) : 0;
    bool sound = text != NULL && !ferror(f) && len <= NT_SOURCE_MAX && nt_is_utf8((const uint8_t *)text, len) &&
                 memchr(text, '\0', len) == NULL;
    if (f != NULL)
        fclose(f);
    if (!sound) {
        free(text);
        return NULL;
    }
    text[len] = '\0';
    char *fitting = realloc(text, len + 1);
    return fitting != NULL ? fitting : text;
}
