#include "scenarios/command/command.h"
#include "scenarios/files/installed.h"
#include "scenarios/command/carrier_module.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void nt_complain(struct nt_diags *diags)
{
    char *text = nt_diags_format(diags);
    fputs(text != NULL ? text : "out of memory\n", stderr);
    free(text);
    nt_diags_clear(diags);
}

const struct nt_carrier_ops *nt_command_carrier(const struct nt_options *o, struct nt_diags *diags)
{
    char why[1000];
    const struct nt_carrier_ops *carrier = nt_carrier_load(o->carrier, why, sizeof why);
    if (carrier == NULL)
        nt_diag_add(diags, NULL, 0, 0, "%s", why);
    return carrier;
}

static int version(const struct nt_options *o)
{
    (void)o;
    printf("natsim " NATSIM_VERSION " (carriers: %s)\n", nt_carriers_text());
    fflush(stdout);
    nt_adapters_to_path();
    FILE *stacks = popen("stack --list 2>/dev/null", "r"); /* what `exec: "stack NAME"` can be here */
    char line[300];
    while (stacks != NULL && fgets(line, sizeof line, stacks) != NULL)
        printf("  stack %s", line);
    if (stacks != NULL)
        pclose(stacks);
    return NT_EXIT_OK;
}

static int help(const struct nt_options *o)
{
    (void)o;
    nt_options_help();
    return NT_EXIT_OK;
}

static const struct {
    const char *name;
    int (*run)(const struct nt_options *o);
} commands[] = {
    {"run", nt_command_run}, {"list", nt_command_list}, {"lint", nt_command_lint}, {"presets", nt_command_presets},
    {"schema", nt_command_schema}, {"explain", nt_command_explain}, {"classify", nt_command_classify}, {"merge", nt_command_merge},
    {"interop", nt_command_interop},
    {"version", version}, {"help", help},
};

/* Closed standard descriptors stay taken, for reading alone: no file of ours may become somebody's standard output. */
static void hold_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

int nt_command(int argc, char **argv)
{
    hold_standard_descriptors();
    struct nt_options o;
    struct nt_diags diags = {0};
    int r = nt_options_read(&o, argc, argv, &diags);
    if (r != NT_EXIT_OK) {
        fputs("natsim: ", stderr);
        nt_complain(&diags);
        return r;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, o.command) == 0)
            r = commands[i].run(&o);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("natsim: standard output");
        return NT_EXIT_BROKEN;
    }
    return r;
}
