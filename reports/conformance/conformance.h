/* The public face of the room: rules that judge a capture by RFC 8489, 8445, 8656, 8839, 7675 and 8863, as far as a capture can
 * show it. They see packets and who stood where, never the inside of an agent, so that they can judge anybody's agent. */
#ifndef NT_CONFORMANCE_CONFORMANCE_H
#define NT_CONFORMANCE_CONFORMANCE_H

#include "reports/conformance/input.h"
#include "reports/conformance/rules.h"
#include "reports/conformance/verdict.h"

/* 0, and the verdict is the caller's to free; or NT_ENOMEM, and it is empty. */
int nt_conf_judge(const struct nt_conf_input *in, struct nt_conf_verdict *verdict);

#endif
