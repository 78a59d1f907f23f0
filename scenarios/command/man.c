#include "scenarios/command/man.h"
#include "scenarios/command/help.h"

#include <stdio.h>

/* Text for roff, at the beginning of a line or behind a macro. */
static void put(const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text != '\0'; text++)
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '"') /* of an argument */
            fputs("\\(dq", stdout);
        else
            putchar(*text);
}

static void put_section(const char *name)
{
    printf(".SH %s\n", name);
}

static void put_line(const char *text)
{
    put(text);
    putchar('\n');
}

/* A term, what it takes, and what it is. */
static void put_item(const char *term, const char *takes, const char *text)
{
    fputs(".TP\n\\fB", stdout);
    put(term);
    fputs("\\fR", stdout);
    if (takes[0] != '\0') {
        fputs(" \\fI", stdout);
        put(takes);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    put_line(text);
}

static void put_flag(const struct nt_flag *flag)
{
    put_item(flag->name, flag->value != NULL ? flag->value : "", flag->help);
    for (size_t i = 0; i < NT_FLAG_COMMANDS_MAX && flag->of[i] != NULL; i++) {
        fputs(i == 0 ? ".br\nOf " : ", ", stdout);
        put(flag->of[i]);
    }
    if (flag->of[0] != NULL)
        putchar('\n');
}

static void put_tables(const struct nt_options *o)
{
    size_t count;
    const struct nt_flag *flags = nt_flags(&count);
    put_section("COMMANDS");
    for (const struct nt_command *c = o->commands; c->name != NULL; c++)
        if (c->help != NULL)
            put_item(c->name, c->args, c->help);
    put_section("FLAGS");
    put_line("A flag has its value in the next word, or behind \"=\". One without effect on the command is an error.");
    for (size_t i = 0; i < count; i++)
        if (flags[i].help != NULL)
            put_flag(&flags[i]);
    put_section("EXIT STATUS");
    for (int code = NT_EXIT_OK; code <= NT_EXIT_BROKEN; code++) {
        char number[] = {(char)('0' + code), '\0'};
        put_item(number, "", nt_exit_meaning((enum nt_exit)code));
    }
}

static void put_end(void)
{
    put_section("ENVIRONMENT");
    put_item("NO_COLOR", "", "A terminal gets no colours.");
    put_section("FILES");
    put_item("results.json", "", "In the directory of --out: everything, in stable order.");
    put_item("report.html, junit.xml", "", "The same for people and for CI servers.");
    put_item("captures/", "", "A capture of each case, for Wireshark.");
    put_item("cases.jsonl", "", "Each case as it finishes; what merge reads.");
    put_section("EXAMPLES");
    put_item("natsim run classic", "", "The matrix of classic NATs.");
    put_item("natsim run my.yaml --seeds 1..200", "", "A scenario with two hundred seeds.");
    put_item("natsim explain CASE", "", "Why a case ended as it did: its packets and the events of its check lists.");
    put_item("natsim run classic --agent-l ./my_agent", "", "One's own agent in the place of L.");
}

int nt_command_man(const struct nt_options *o)
{
    puts(".TH NATSIM 1 \"\" \"natsim " NATSIM_VERSION "\" \"User Commands\"");
    put_section("NAME");
    put_line("natsim - ICE, STUN and TURN behind simulated NATs");
    put_section("SYNOPSIS");
    puts("\\fBnatsim\\fR \\fICOMMAND\\fR [\\fIFLAGS\\fR] [\\fIARGUMENTS\\fR]");
    put_section("DESCRIPTION");
    put_line(
        "natsim puts ICE agents, STUN and TURN servers and a simulated internet of hosts, links and NATs into one process, runs calls "
        "between them on virtual time, and says of each whether it connects, by which path, and why. A scenario is a YAML file; "
        "suites of them come with it, and are named like files.");
    put_tables(o);
    put_end();
    return NT_EXIT_OK;
}
