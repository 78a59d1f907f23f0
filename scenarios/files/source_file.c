#include "scenarios/files/source_file.h"
#include "core/base/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *nt_source_file_read(const char *path)
{
    FILE *f = path != NULL ? fopen(path, "re") : NULL;
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
