#define _GNU_SOURCE
#include "scenarios/programs/program_log.h"

#define PATH_BYTES 4096

FILE *nt_program_log(const char *logs, const char *name)
{
    char path[PATH_BYTES];
    if (logs == NULL || snprintf(path, sizeof path, "%s.%s.log", logs, name) >= (int)sizeof path)
        return NULL;
    FILE *f = fopen(path, "we");
    if (f != NULL)
        setvbuf(f, NULL, _IOLBF, 0);
    return f;
}
