/* Steps that move attachments: the addresses that they get, and what cannot be. */
#ifndef NT_CHECKS_MOVES_H
#define NT_CHECKS_MOVES_H

#include "scenarios/language/keys/reader.h"

/* After the steps: the next free addresses, where none are given. A given one may be another attachment's only if that moves, too:
 * who has it when is then known as the case runs. */
void nt_assign_moves(struct nt_load *l);

#endif
