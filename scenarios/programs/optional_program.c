#define _GNU_SOURCE
#include "scenarios/programs/optional_program.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define ASKS "command -v "

static const struct nt_optional_program programs[] = {
    {"turnutils_natdiscovery", "coturn"}, {"turnutils_peer", "coturn"}, {"turnutils_stunclient", "coturn"},
    {"turnutils_uclient", "coturn"},      {"turnserver", "coturn"},     {"stun", "stun-client"},
};

static bool begins_with_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    return strncmp(text, word, len) == 0 && strchr(" ;&|\n\t", text[len]) != NULL; /* or its end */
}

static bool is_needed(const char *command, const char *name)
{
    const char *first = command + strspn(command, " \n\t");
    if (begins_with_word(first, "exec"))
        first += strlen("exec ");
    bool needed = begins_with_word(first, name);
    for (const char *at = command; !needed && (at = strstr(at, ASKS)) != NULL; at += strlen(ASKS))
        needed = begins_with_word(at + strlen(ASKS), name);
    return needed;
}

static bool is_in_path(const char *name)
{
    const char *path = getenv("PATH");
    for (const char *at = path != NULL ? path : ""; *at != '\0';) {
        char file[PATH_BYTES];
        size_t len = strcspn(at, ":");
        snprintf(file, sizeof file, "%.*s/%s", (int)len, at, name);
        if (access(file, X_OK) == 0)
            return true;
        at += len + (at[len] == ':');
    }
    return false;
}

const struct nt_optional_program *nt_optional_program_absent(const char *command)
{
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (is_needed(command, programs[i].name) && !is_in_path(programs[i].name))
            return &programs[i];
    return NULL;
}
