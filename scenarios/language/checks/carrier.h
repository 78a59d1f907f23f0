/* What a case asks for that the chosen carrier cannot do. */
#ifndef NT_CHECKS_CARRIER_H
#define NT_CHECKS_CARRIER_H

#include "scenarios/language/keys/reader.h"

void nt_check_carrier(struct nt_load *l);

#endif
