/* What a step does, in a sentence's place: "nat at nat-left: reboot", "link at L.1: down", "send from L to R". */
#ifndef NT_MODEL_STEP_TEXT_H
#define NT_MODEL_STEP_TEXT_H

#include "scenarios/model/case.h"

#include <stddef.h>

/* In buf, which it returns; what is longer is cut, and ends in "...". */
const char *nt_scn_step_text(const struct nt_scn_case *c, const struct nt_scn_step *s, char *buf, size_t cap);

#endif
