#include "scenarios/command/completion.h"
#include "natsim/nat/policy/presets.h"
#include "scenarios/files/installed.h"
#include "scenarios/files/suites.h"

#include <stdio.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789-"

static bool begins_with(const char *text, size_t len, const char *begin)
{
    return len >= strlen(begin) && strncmp(text, begin, strlen(begin)) == 0;
}

static void propose(const char *text, size_t len, const char *begin)
{
    if (begins_with(text, len, begin))
        printf("%.*s\n", (int)len, text);
}

static void propose_flags(const struct nt_command *command, const char *begin)
{
    size_t count;
    const struct nt_flag *flags = nt_flags(&count);
    for (size_t i = 0; i < count; i++)
        if (flags[i].help != NULL && (command == NULL || nt_flag_is_of(&flags[i], command)))
            propose(flags[i].name, strlen(flags[i].name), begin);
}

/* Of "I/N|mpi" the words that can be given as they stand. */
static void propose_values(const struct nt_flag *flag, const char *begin)
{
    for (const char *at = flag->value; *at != '\0'; at += strspn(at, "|")) {
        size_t len = strcspn(at, "|");
        if (strspn(at, LOWER) == len)
            propose(at, len, begin);
        at += len;
    }
}

static void propose_commands(const struct nt_command *commands, const char *begin)
{
    for (const struct nt_command *c = commands; c->name != NULL; c++)
        if (c->help != NULL)
            propose(c->name, strlen(c->name), begin);
}

static void propose_presets(const char *begin)
{
    size_t count;
    const struct nt_nat_preset *presets = nt_nat_presets(&count);
    for (size_t i = 0; i < count; i++)
        propose(presets[i].name, strlen(presets[i].name), begin);
}

/* The names of suites, or, once one is named, of the files in it. */
static void propose_suites(const char *begin)
{
    const char *dir = nt_suites_directory(), *last = "";
    struct nt_suite_files found = {0};
    struct nt_diags diags = {0};
    size_t last_len = 0;
    if (dir != NULL && nt_suites_add(&found, dir, &diags) == 0)
        nt_suites_sort(&found);
    for (size_t i = 0; i < found.count; i++) {
        const char *id = found.items[i].id_path;
        size_t len = strchr(begin, '/') != NULL ? strlen(id) : strcspn(id, "/");
        if (len != last_len || strncmp(id, last, len) != 0)
            propose(id, len, begin);
        last = id;
        last_len = len;
    }
    nt_suites_free(&found);
    nt_diags_clear(&diags);
}

static void propose_arguments(const struct nt_options *o, const struct nt_command *command, const char *begin)
{
    if (strstr(command->args, "SUITE") != NULL || strstr(command->args, "CASE") != NULL)
        propose_suites(begin);
    else if (strstr(command->args, "POLICY") != NULL)
        propose_presets(begin);
    else if (strstr(command->args, "COMMAND") != NULL)
        propose_commands(o->commands, begin);
}

/* The flag of that name, if it takes a value. */
static const struct nt_flag *find_valued(const char *name)
{
    size_t count;
    const struct nt_flag *flags = nt_flags(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(flags[i].name, name) == 0 && flags[i].help != NULL && flags[i].value != NULL)
            return &flags[i];
    return NULL;
}

static const struct nt_command *find_command(const struct nt_command *commands, const char *name)
{
    for (const struct nt_command *c = commands; c->name != NULL; c++)
        if (strcmp(c->name, name) == 0 && c->help != NULL)
            return c;
    return NULL;
}

/* Goes over the words before the last. bash makes "--capture=x" three words. */
int nt_command_complete(const struct nt_options *o)
{
    const struct nt_command *command = NULL;
    const struct nt_flag *flag = NULL; /* whose value comes next */
    size_t count = o->args.count > 0 ? o->args.count - 1 : 0;
    const char *begin = o->args.count > 0 ? o->args.items[count] : "";
    for (size_t i = 0; i < count; i++) {
        const char *word = o->args.items[i];
        if (flag != NULL && strcmp(word, "=") == 0)
            continue;
        if (flag == NULL && word[0] != '-' && command == NULL)
            command = find_command(o->commands, word);
        flag = flag == NULL ? find_valued(word) : NULL;
    }
    if (flag != NULL)
        propose_values(flag, strcmp(begin, "=") == 0 ? "" : begin);
    else if (begin[0] == '-')
        propose_flags(command, begin);
    else if (command == NULL)
        propose_commands(o->commands, begin);
    else
        propose_arguments(o, command, begin);
    return NT_EXIT_OK;
}
