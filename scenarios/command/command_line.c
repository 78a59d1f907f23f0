#include "scenarios/command/command_line.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MAX 64 /* commands, or flags: `given` has a bit for each */

static int set_flag(struct nt_options *o, const struct nt_flag *flag, const char *value, struct nt_diags *diags)
{
    if (flag->set != NULL)
        return flag->set(o, value, diags);
    *(bool *)((char *)o + flag->on) = true;
    return NT_EXIT_OK;
}

static int refuse_unbuilt(struct nt_diags *diags, const char *given)
{
    return nt_option_refuse(diags, "not in this version:", given, "'natsim --help' lists what there is");
}

static int refuse_unknown(struct nt_diags *diags, const char *what, const char *given, const char *const *names, size_t count)
{
    const char *near = strlen(given) > 2 ? nt_nearest(given, names, count) : NULL;
    struct nt_diag *d = nt_diag_add(diags, NULL, 0, 0, "no such %s '%s'", what, given);
    if (near != NULL)
        nt_diag_mend(d, "did you mean '%s'?", near);
    else
        nt_diag_mend(d, "'natsim --help' lists them");
    return NT_EXIT_USAGE;
}

/* The flag at argv[*i]; its value may be the next word. */
static int read_value(struct nt_options *o, const struct nt_flag *flag, int argc, char **argv, int *i, struct nt_diags *diags)
{
    const char *given = argv[*i], *equals = strchr(given, '=');
    if (flag->help == NULL)
        return refuse_unbuilt(diags, flag->name);
    if (flag->value == NULL)
        return equals == NULL ? set_flag(o, flag, "", diags) : nt_option_refuse(diags, "takes no value:", given, flag->name);
    if (equals != NULL)
        return set_flag(o, flag, equals + 1, diags);
    if (*i + 1 == argc)
        return nt_option_refuse(diags, "a value is missing after", given, flag->value);
    return set_flag(o, flag, argv[++*i], diags);
}

static int read_flag(struct nt_options *o, int argc, char **argv, int *i, struct nt_diags *diags)
{
    const char *names[NAMES_MAX], *given = argv[*i];
    size_t count, known = 0, len = strcspn(given, "=");
    const struct nt_flag *flags = nt_flags(&count);
    for (size_t k = 0; k < count; k++) {
        if (strlen(flags[k].name) == len && strncmp(flags[k].name, given, len) == 0) {
            o->given |= UINT64_C(1) << k;
            return read_value(o, &flags[k], argc, argv, i, diags);
        }
        if (flags[k].help != NULL)
            names[known++] = flags[k].name;
    }
    return refuse_unknown(diags, "flag", given, names, known);
}

static int read_command(struct nt_options *o, const char *given, struct nt_diags *diags)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (const struct nt_command *c = o->commands; c->name != NULL; c++) {
        if (count < NAMES_MAX)
            names[count++] = c->name;
        if (strcmp(c->name, given) != 0)
            continue;
        if (c->help == NULL)
            return refuse_unbuilt(diags, given);
        if (c->run == NULL)
            o->help = true;
        else
            o->command = c;
        return NT_EXIT_OK;
    }
    return refuse_unknown(diags, "command", given, names, count);
}

static int read_words(struct nt_options *o, int argc, char **argv, struct nt_diags *diags)
{
    bool only_args = false;
    int r = NT_EXIT_OK;
    for (int i = 1; i < argc && r == NT_EXIT_OK; i++) {
        if (!only_args && strcmp(argv[i], "--") == 0)
            only_args = true;
        else if (!only_args && argv[i][0] == '-' && argv[i][1] != '\0')
            r = read_flag(o, argc, argv, &i, diags);
        else if (o->command == NULL && !o->version)
            r = read_command(o, argv[i], diags);
        else
            r = nt_option_list_add(&o->args, argv[i], diags);
    }
    return r;
}

static int refuse_without_effect(const struct nt_command *command, const struct nt_flag *flag, struct nt_diags *diags)
{
    char takers[200] = "";
    for (size_t i = 0, len = 0; i < NT_FLAG_COMMANDS_MAX && flag->of[i] != NULL && len < sizeof takers; i++)
        len += (size_t)snprintf(takers + len, sizeof takers - len, "%s%s", i > 0 ? ", " : "", flag->of[i]);
    nt_diag_mend(nt_diag_add(diags, NULL, 0, 0, "%s has no effect on '%s'", flag->name, command->name),
                 "leave it out; it is a flag of %s", takers);
    return NT_EXIT_USAGE;
}

/* A flag without effect is an error. */
static int check_flags(const struct nt_options *o, struct nt_diags *diags)
{
    size_t count;
    const struct nt_flag *flags = nt_flags(&count);
    for (size_t i = 0; i < count; i++)
        if ((o->given >> i & 1) != 0 && !nt_flag_is_of(&flags[i], o->command))
            return refuse_without_effect(o->command, &flags[i], diags);
    return NT_EXIT_OK;
}

/* A rank makes no report. */
static int check_rank(const struct nt_options *o, struct nt_diags *diags)
{
    const char *flag = o->summary != NULL   ? "--summary"
                       : o->sarif != NULL   ? "--sarif"
                       : o->annotate_github ? "--annotations"
                                            : NULL;
    if (!o->ranked || flag == NULL)
        return NT_EXIT_OK;
    return nt_option_refuse(diags, "a rank makes no report: not with --shard mpi:", flag, "give it to natsim merge");
}

int nt_command_line_read(struct nt_options *o, const struct nt_command *commands, int argc, char **argv, struct nt_diags *diags)
{
    *o = (struct nt_options){.commands = commands,
                             .words = (const char *const *)argv,
                             .word_count = (size_t)argc,
                             .out = "natsim-out",
                             .carrier = NT_CARRIER_BUILTIN};
    int r = read_words(o, argc, argv, diags);
    if (r != NT_EXIT_OK)
        return r;
    if (o->seed_given && o->seeds_given)
        return nt_option_refuse(diags, "--seed does not go with", "--seeds", "give one of them");
    if (o->quiet && o->verbose)
        return nt_option_refuse(diags, "--quiet does not go with", "-v", "give one of them");
    if (o->no_exec && (o->agent_l != NULL || o->agent_r != NULL))
        return nt_option_refuse(diags, "--no-exec does not go with", o->agent_l != NULL ? "--agent-l" : "--agent-r",
                                "it starts a process: leave one of them out");
    if (o->help || o->version)
        return NT_EXIT_OK;
    if (o->command == NULL)
        return nt_option_refuse(diags, "a command is missing after", "natsim", "'natsim --help' lists them");
    if (o->args.count > 0 && o->command->args[0] == '\0')
        return nt_option_refuse(diags, "too many arguments:", o->args.items[0], "the command takes none");
    r = check_flags(o, diags);
    return r == NT_EXIT_OK ? check_rank(o, diags) : r;
}
