/* The media of networks, checked when all nodes are attached. */
#ifndef NT_CHECKS_MEDIA_H
#define NT_CHECKS_MEDIA_H

#include "scenarios/language/keys/reader.h"

/* A p2p network has two ends. */
void nt_check_media(struct nt_load *l);
/* Why chance decides the outcome of a case, in a few words ("loss of 50% or more"); NULL: it does not. */
const char *nt_medium_chance(const struct nt_scn_case *c);

#endif
