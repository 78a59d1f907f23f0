#include "reports/result/words.h"

#include <stdio.h>
#include <string.h>

#define PATH_ROW(name, bit, word) {bit, word},
static const struct path {
    unsigned bit;
    const char *word;
} paths[] = {NT_PATHS(PATH_ROW)};

#define PATH_COUNT (sizeof paths / sizeof *paths)

const char *nt_path_name(unsigned bit)
{
    size_t i = 0;
    while (i + 1 < PATH_COUNT && paths[i].bit != bit)
        i++;
    return paths[i].word;
}

unsigned nt_path_by_name(const char *word)
{
    for (size_t i = 0; i < PATH_COUNT; i++)
        if (strcmp(paths[i].word, word) == 0)
            return paths[i].bit;
    return 0;
}

const char *nt_paths_text(unsigned bits, char buf[NT_PATHS_TEXT])
{
    size_t len = 0;
    buf[0] = '\0';
    for (size_t i = 0; i < PATH_COUNT; i++)
        if ((bits & paths[i].bit) != 0)
            len += (size_t)snprintf(buf + len, NT_PATHS_TEXT - len, "%s%s", len != 0 ? " or " : "", paths[i].word);
    return buf;
}
