#include "scenarios/command/no_exec.h"

#include <string.h>

/* Many cells of a matrix have the same place. */
static bool is_told(const struct nt_diags *diags, const char *file, struct nt_place place)
{
    for (size_t i = 0; i < diags->count; i++)
        if (diags->items[i].file != NULL && diags->items[i].line == place.line && diags->items[i].column == place.column &&
            strcmp(diags->items[i].file, file) == 0)
            return true;
    return false;
}

static void refuse(struct nt_diags *diags, const char *file, struct nt_place place, const char *key, const char *of)
{
    if (!is_told(diags, file, place))
        nt_diag_mend(
            nt_diag_add(diags, file, place.line, place.column, "'%s' of '%s' executes a program, and --no-exec was given", key, of),
            "leave the file out, or read scenarios/SECURITY.md and leave the flag out");
}

void nt_refuse_programs(const struct nt_scn_case *c, const char *file, struct nt_diags *diags)
{
    for (size_t i = 0; i < c->server_count; i++)
        if ((c->servers[i].kinds & NT_SCN_COTURN) != 0)
            refuse(diags, file, c->servers[i].place, "coturn", c->servers[i].name);
    for (size_t i = 0; i < c->agent_count; i++)
        if (c->agents[i].exec != NULL)
            refuse(diags, file, c->agents[i].place, "exec", c->agents[i].name);
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == NT_STEP_RUN)
            refuse(diags, file, c->steps[i].place, "run", nt_scn_node_name(c, c->steps[i].where));
}
