/* The cases that a command line selects: files loaded and valid, filters, tags, seeds and shard applied. */
#ifndef NT_COMMAND_SELECTION_H
#define NT_COMMAND_SELECTION_H

#include "scenarios/command/options.h"
#include "scenarios/files/shared_names.h"
#include "scenarios/files/suites.h"
#include "scenarios/language/load.h"

#define NT_SELECTION_MAX 10000000

struct nt_selected_case {
    uint32_t file, index;
    uint64_t seed;
    bool seed_in_id;
    bool own_seed;  /* the scenario's own: `seed` is not used */
    uint64_t order; /* its place among all cases, before the shard was taken */
};

struct nt_selection {
    struct nt_suite_files found;
    struct nt_scn_file **files;
    size_t file_count;
    struct nt_selected_case *cases;
    size_t count, cap;
    uint64_t total;                     /* cases before the shard was taken */
    struct nt_shared_names names;       /* of all of them, so that shards name files alike */
    bool *filter_matched, *tag_matched; /* one for each of these flags */
};

/* `fallback`: the argument when there is none; NULL: every suite. `carrier`: a file that it cannot carry is not valid; ANY: which
 * one can is asked case by case. NT_EXIT_OK, or NT_EXIT_USAGE with diagnostics, NT_EXIT_BROKEN without memory. */
int nt_select(struct nt_selection *s, const struct nt_options *o, const char *fallback, enum nt_carrier_name carrier,
              struct nt_diags *diags);
void nt_selection_free(struct nt_selection *s);
/* The i-th case's id with its seed; NULL without memory. The caller frees. */
char *nt_selection_id(const struct nt_selection *s, size_t i);
/* The i-th case; processes replace its agents as the options say, and what cannot be run so is to be skipped. NULL with
 * diagnostics: no memory. The caller frees with nt_scn_case_del. */
struct nt_scn_case *nt_selection_case(const struct nt_selection *s, size_t i, const struct nt_options *o, struct nt_diags *diags);
/* The seed that the i-th case, which is `c`, runs with. */
uint64_t nt_selection_seed(const struct nt_selection *s, size_t i, const struct nt_scn_case *c);

#endif
