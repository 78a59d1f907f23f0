#include "scenarios/language/sections/nth.h"
#include "scenarios/language/keys/key_value.h"

#define NUMBERS_MAX 10000

void nt_load_nth(struct nt_load *l, const struct nt_yaml *v, uint32_t max, struct nt_scn_step *step)
{
    const struct nt_key key = {.name = "nth", .type = NT_KEY_U32, .low = 1, .high = max};
    size_t n = nt_yaml_count(v);
    if (n == 0 || n > NUMBERS_MAX) {
        nt_diag_mend(nt_load_error(l, v, "%zu numbers in 'nth'", n), "write 1 to %d of them", NUMBERS_MAX);
        return;
    }
    step->nth = nt_load_alloc(l, n * sizeof *step->nth);
    for (size_t i = 0; step->nth != NULL && i < n; i++)
        if (nt_key_read(l, &key, nt_yaml_item(v, i), &step->nth[step->nth_count]))
            step->nth_count++;
}
