#include "scenarios/language/checks/carrier.h"
#include "scenarios/model/carrier.h"

void nt_check_carrier(struct nt_load *l)
{
    struct nt_carrier_lack lack;
    for (size_t at = 0; nt_carrier_next_lack(l->c, l->check->carrier, &at, &lack);)
        nt_diag_mend(nt_source_error(l->src, lack.place, "%s", lack.what), "%s", lack.mend);
}
