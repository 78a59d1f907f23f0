#include "scenarios/command/say.h"
#include "core/base/shown.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char *format(const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = len >= 0 ? malloc((size_t)len + 1) : NULL;
    if (text != NULL)
        vsnprintf(text, (size_t)len + 1, fmt, args);
    char *shown = text != NULL ? nt_shown(text, false) : NULL;
    free(text);
    return shown;
}

static void say(FILE *out, const char *before, char *line)
{
    fprintf(out, "%s%s\n", before, line != NULL ? line : "out of memory");
    free(line);
}

void nt_say(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(stdout, "", format(fmt, args));
    va_end(args);
}

void nt_say_text(const char *text)
{
    say(stdout, "", nt_shown(text, true));
}

void nt_say_error(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(stderr, "natsim: ", format(fmt, args));
    va_end(args);
}
