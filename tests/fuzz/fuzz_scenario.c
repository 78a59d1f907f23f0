/* Scenario files: load arbitrary text, make its first and last case, and format every diagnostic. */
#include "scenarios/language/load.h"
#include "tests/fuzz/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_diags diags = {0};
    struct nt_scn_file *file = nt_scn_load_text((const char *)data, size, "fuzz/input", "input.yaml", &diags);
    CHECK(file != NULL || diags.count + diags.dropped > 0);
    free(nt_diags_format(&diags));
    if (file != NULL) {
        size_t cases = nt_scn_file_cases(file);
        for (size_t i = 0; i<cases; i += cases> 1 ? cases - 1 : 1) {
            struct nt_scn_case *c = nt_scn_file_case(file, i, &diags);
            CHECK(c != NULL); /* every cell was checked at load */
            nt_scn_case_del(c);
        }
        nt_scn_file_del(file);
    }
    nt_diags_clear(&diags);
    return 0;
}
