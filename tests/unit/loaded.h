/* For tests: a scenario that is good, and a cell of it. */
#ifndef NT_TEST_LOADED_H
#define NT_TEST_LOADED_H

#include <stdlib.h>
#include <string.h>

#include "tests/unit/help.h"

#include "scenarios/language/load.h"

static inline struct nt_scn_file *load(const char *text)
{
    struct nt_diags diags = {0};
    struct nt_scn_file *f = nt_scn_load_text(text, strlen(text), "classic/x", "classic/x.yaml", &diags);
    if (f == NULL) {
        char *shown = nt_diags_format(&diags);
        print_message("%s", shown);
        free(shown);
    }
    assert_non_null(f);
    nt_diags_clear(&diags);
    return f;
}

static inline struct nt_scn_case *cell(const struct nt_scn_file *f, size_t i)
{
    struct nt_diags diags = {0};
    struct nt_scn_case *c = nt_scn_file_case(f, i, &diags);
    assert_non_null(c);
    assert_int_equal(diags.count, 0);
    return c;
}

#endif
