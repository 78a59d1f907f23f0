/* Networks and their media once everything is attached. */
#ifndef NT_CHECKS_MEDIA_H
#define NT_CHECKS_MEDIA_H

#include "scenarios/language/keys/reader.h"

/* A line has two ends. */
void nt_check_media(struct nt_load *l);
/* What the media of a case leave to chance, in a few words ("loss of 50% or more"); NULL: nothing that decides its outcome. */
const char *nt_medium_chance(const struct nt_scn_case *c);

#endif
