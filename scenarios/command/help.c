#include "scenarios/command/help.h"

#include <stdio.h>

static void print_command(const struct nt_command *c)
{
    printf("usage: natsim %s [FLAGS]%s%s\n\n  %s\n", c->name, c->args[0] != '\0' ? " " : "", c->args, c->help);
}

static void print_commands(const struct nt_command *commands)
{
    puts("natsim: ICE, STUN and TURN behind simulated NATs\n\nusage: natsim COMMAND [FLAGS] [ARGUMENTS]\n\ncommands:");
    for (const struct nt_command *c = commands; c->name != NULL; c++)
        if (c->help != NULL)
            printf("  %-9s %-22s %s\n", c->name, c->args, c->help);
}

const char *nt_exit_meaning(enum nt_exit code)
{
    static const char *const meanings[] = {
        "passed", "a case failed or all were skipped, or classify, sweep or diff found something",
        "flags or input invalid, or nothing to run", "outputs cannot be written, a case broke, or cases are missing"};
    return meanings[code];
}

int nt_print_help(const struct nt_options *o)
{
    size_t count;
    const struct nt_flag *flags = nt_flags(&count);
    if (o->command != NULL)
        print_command(o->command);
    else
        print_commands(o->commands);
    puts("\nflags:");
    for (size_t i = 0; i < count; i++)
        if (flags[i].help != NULL && (o->command == NULL || nt_flag_is_of(&flags[i], o->command)))
            printf("  %-16s %-16s %s\n", flags[i].name, flags[i].value != NULL ? flags[i].value : "", flags[i].help);
    fputs("\nexit:\n", stdout);
    for (int code = NT_EXIT_OK; code <= NT_EXIT_BROKEN; code++)
        printf("  %d %s\n", code, nt_exit_meaning((enum nt_exit)code));
    return NT_EXIT_OK;
}
