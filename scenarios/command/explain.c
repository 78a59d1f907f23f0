/* natsim explain: finds the case, runs it, and has it explained. */
#include "scenarios/command/explain.h"
#include "core/base/err.h"
#include "pcap/capture.h"
#include "scenarios/command/carrier_module.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/explanation.h"
#include "scenarios/command/selection.h"
#include "scenarios/files/installed.h"
#include "scenarios/run/explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES 4096
#define EVENTS 1000000 /* as many as there may be */

static int explain_case(const struct nt_options *o, const struct nt_carrier_ops *carrier, const struct nt_selection *s)
{
    struct nt_diags diags = {0};
    struct nt_scn_case *c = nt_selection_case(s, 0, o, &diags);
    if (c == NULL) {
        nt_complain(&diags);
        return NT_EXIT_USAGE;
    }
    struct nt_capture capture;
    struct nt_result_case result;
    struct nt_run_options options = {.seed = nt_selection_seed(s, 0, c),
                                     .seed_in_id = s->cases[0].seed_in_id,
                                     .carrier = carrier,
                                     .until = o->until,
                                     .story = EVENTS};
    nt_capture_init(&capture);
    nt_run_case(c, &options, &capture, NULL, &result);
    if (o->mermaid)
        nt_print_diagram(&result, &capture);
    else
        nt_print_explanation(o, &result, &capture);
    int code = result.outcome == NT_PASS ? NT_EXIT_OK : result.outcome == NT_ERROR ? NT_EXIT_BROKEN : NT_EXIT_FAILED;
    nt_result_case_free(&result);
    nt_capture_free(&capture);
    nt_scn_case_del(c);
    return code;
}

/* The length of the part of an id that names a file: what follows is "[...]" or "#seed=N", and the file's name may have such signs,
 * too. */
static size_t file_length(const char *id)
{
    char file[FILE_BYTES];
    for (size_t len = strlen(id); len > 0; len--) {
        bool may_end = id[len] == '\0' || id[len] == '[' || id[len] == '#';
        if (may_end && snprintf(file, sizeof file, "%.*s", (int)len, id) < FILE_BYTES && nt_suites_has(file))
            return len;
    }
    return strcspn(id, "[#");
}

static int select_by_id(const struct nt_options *given, const char *id, struct nt_selection *s, struct nt_diags *diags)
{
    char file[FILE_BYTES];
    size_t len = file_length(id);
    const char *files[] = {file}, *filters[] = {id + len}, *seed = strstr(id + len, "#seed=");
    struct nt_options o = *given;
    if (snprintf(file, sizeof file, "%.*s", (int)len, id) >= FILE_BYTES)
        return nt_option_refuse(diags, "too long for a file:", id, "give an id that 'natsim list' shows");
    o.args = (struct nt_option_list){files, 1, 1};
    if (len < strlen(id))
        o.filters = (struct nt_option_list){filters, 1, 1};
    if (seed != NULL) {
        o.seeds_given = true;
        o.seed_first = o.seed_last = strtoull(seed + 6, NULL, 10);
    }
    return nt_select(s, &o, NULL, NT_CARRIER_ANY, diags);
}

int nt_command_explain(const struct nt_options *o)
{
    struct nt_selection s = {0};
    struct nt_diags diags = {0};
    nt_adapters_to_path();
    if (o->args.count != 1) {
        fputs("natsim: explain takes one case: an id that 'natsim list' shows\n", stderr);
        return NT_EXIT_USAGE;
    }
    int r = select_by_id(o, o->args.items[0], &s, &diags);
    if (r == NT_EXIT_OK && s.count != 1) {
        nt_diag_mend(nt_diag_add(&diags, NULL, 0, 0, "'%s' names %zu cases", o->args.items[0], s.count),
                     "give one id that 'natsim list' shows");
        r = NT_EXIT_USAGE;
    }
    const struct nt_carrier_ops *carrier = r == NT_EXIT_OK ? nt_carrier_load(o->carrier, &diags) : NULL;
    if (r == NT_EXIT_OK && carrier == NULL)
        r = NT_EXIT_USAGE;
    if (r != NT_EXIT_OK)
        nt_complain(&diags);
    else
        r = explain_case(o, carrier, &s);
    nt_selection_free(&s);
    return r;
}
