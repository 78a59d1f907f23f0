#include "scenarios/language/sections/program_step.h"

#include "scenarios/language/text/units.h"

#include <stddef.h>

struct form {
    const struct nt_yaml *at, *prints;
    char *command;
    nt_time duration;
};

static const struct nt_key keys[] = {
    {.name = "at",
     .offset = offsetof(struct form, at),
     .schema = "{\"type\": \"string\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "an agent or a server: its host runs the program"},
    {.name = "command",
     .type = NT_KEY_TEXT,
     .offset = offsetof(struct form, command),
     .flags = NT_KEY_REQUIRED,
     .doc = "run by the shell; exit status 127 skips the case"},
    {.name = "prints",
     .offset = offsetof(struct form, prints),
     .schema = "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"items\": {\"type\": \"string\"}}]}",
     .doc = "texts that it must print; without this key it must exit with status 0"},
    {.name = "for",
     .type = NT_KEY_TIME,
     .offset = offsetof(struct form, duration),
     .low = 1,
     .high = NT_UNIT_TIME_MAX,
     .doc = "how long it may take; 60s by default"},
};
const struct nt_table nt_table_run = NT_TABLE("run", "'run'", keys);

void nt_load_run(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    static const struct nt_key text = {.name = "prints", .type = NT_KEY_TEXT};
    struct form f = {0};
    step->kind = NT_STEP_RUN;
    if (!nt_table_read(l, &nt_table_run, v, &f))
        return;
    step->where = nt_load_node(l, f.at, NT_LOAD_AGENT | NT_LOAD_SERVER);
    step->command = f.command;
    step->duration = f.duration;
    size_t n = nt_yaml_count(f.prints);
    if (f.prints != NULL && n == 0)
        nt_diag_mend(nt_load_error(l, f.prints, "'prints' has no text"), "leave it out: the program must then exit with status 0");
    step->prints = nt_load_alloc(l, (n + 1) * sizeof *step->prints);
    for (size_t i = 0; step->prints != NULL && i < n; i++)
        step->print_count += nt_key_read(l, &text, nt_yaml_item(f.prints, i), &step->prints[step->print_count]);
}
