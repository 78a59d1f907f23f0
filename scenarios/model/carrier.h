/* What a case asks of the carrier of frames, and a carrier may lack. */
#ifndef NT_MODEL_CARRIER_H
#define NT_MODEL_CARRIER_H

#include "scenarios/model/case.h"

struct nt_carrier_lack {
    struct nt_place place; /* of the key that asks for it */
    const char *what, *mend;
};

/* The next thing that the carrier lacks for this case, from *at on (0: from the first), and moves *at behind it. False: there is
 * none. */
bool nt_carrier_next_lack(const struct nt_scn_case *c, enum nt_carrier_name carrier, size_t *at, struct nt_carrier_lack *lack);

#endif
