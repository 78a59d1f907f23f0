/* natsim list, lint, schema, presets. */
#include "scenarios/command/info.h"
#include "natsim/nat/policy/presets.h"
#include "scenarios/command/complain.h"
#include "scenarios/command/say.h"
#include "scenarios/command/selection.h"
#include "scenarios/language/schema.h"

#include <stdio.h>
#include <stdlib.h>

/* With --carrier: not what that carrier would skip. */
static bool is_listed(const struct nt_selection *s, size_t i, const struct nt_options *o)
{
    struct nt_diags diags = {0};
    struct nt_scn_case *c = o->carrier_given ? nt_selection_case(s, i, o, &diags) : NULL;
    bool skipped = c != NULL && c->skip.why != NULL;
    nt_scn_case_del(c);
    nt_diags_clear(&diags);
    return !skipped;
}

static void list_cases(const struct nt_selection *s, const struct nt_options *o)
{
    size_t left_out = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (!is_listed(s, i, o)) {
            left_out++;
            continue;
        }
        char *id = nt_selection_id(s, i);
        nt_say("%s", id != NULL ? id : "out of memory");
        free(id);
    }
    if (left_out > 0)
        fprintf(stderr, "natsim: %zu case%s cannot be run by this carrier: 'natsim lint --carrier' says why\n", left_out,
                left_out == 1 ? "" : "s");
}

int nt_command_list(const struct nt_options *o)
{
    struct nt_selection s;
    struct nt_diags diags = {0};
    int r = nt_select(&s, o, NULL, NT_CARRIER_ANY, &diags);
    if (r != NT_EXIT_OK)
        nt_complain(&diags);
    else
        list_cases(&s, o);
    nt_selection_free(&s);
    return r;
}

/* How many there are. */
static size_t print_warnings(const struct nt_selection *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->file_count; i++) {
        const struct nt_diags *warnings = nt_scn_file_warnings(s->files[i]);
        char *text = nt_diags_format(warnings);
        fputs(text != NULL ? text : "out of memory\n", stderr);
        free(text);
        n += warnings->count + warnings->dropped;
    }
    return n;
}

int nt_command_lint(const struct nt_options *o)
{
    struct nt_selection s;
    struct nt_diags diags = {0};
    int r = nt_select(&s, o, NULL, o->carrier_given ? o->carrier : NT_CARRIER_ANY, &diags);
    if (r != NT_EXIT_OK) {
        nt_complain(&diags);
    } else {
        size_t n = print_warnings(&s);
        printf("%zu file%s, %zu case%s: valid", s.file_count, s.file_count == 1 ? "" : "s", s.count, s.count == 1 ? "" : "s");
        if (n > 0)
            printf(", %zu warning%s", n, n == 1 ? "" : "s");
        puts("");
    }
    nt_selection_free(&s);
    return r;
}

int nt_command_schema(const struct nt_options *o)
{
    (void)o;
    char *text = nt_scn_schema();
    if (text == NULL)
        return NT_EXIT_BROKEN;
    puts(text);
    free(text);
    return NT_EXIT_OK;
}

static const char *ports_name(enum nt_ports p)
{
    static const char *const names[] = {"-", "preserve", "sequential", "random", "overload"};
    return names[p];
}

int nt_command_presets(const struct nt_options *o)
{
    size_t n;
    const struct nt_nat_preset *presets = nt_nat_presets(&n);
    (void)o;
    printf("%-24s %-27s %-27s %-11s %-13s %s\n", "preset", "mapping", "filtering", "ports", "evidence", "source");
    for (size_t i = 0; i < n; i++) {
        struct nt_nat_policy p;
        const char *what;
        nt_nat_policy_init(&p);
        presets[i].set(&p);
        nt_nat_policy_finish(&p, p.ports != 0, &what);
        bool translates = p.kind == NT_GW_TRANSLATE;
        printf("%-24s %-27s %-27s %-11s %-13s %s%s%s\n", presets[i].name, translates ? nt_dependence_name(p.mapping) : "-",
               translates ? nt_dependence_name(p.filtering) : "-", translates ? ports_name(p.ports) : "-", presets[i].evidence,
               presets[i].source, presets[i].assumed != NULL ? "; assumed: " : "",
               presets[i].assumed != NULL ? presets[i].assumed : "");
    }
    return NT_EXIT_OK;
}
