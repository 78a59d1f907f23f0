/* The public face of the room: rules that judge a capture by RFC 8489, 8445, 8656, 8839, 7675 and 8863, as far as a capture can
 * show it. They see packets and who stood where, never the inside of an agent, so that they can judge anybody's agent. */
#ifndef NT_CONFORMANCE_CONFORMANCE_H
#define NT_CONFORMANCE_CONFORMANCE_H

#include "reports/conformance/input.h"
#include "reports/conformance/rules.h"
#include "reports/conformance/verdict.h"

struct nt_conf;

/* Begins a judgement. `in`, its arrays and the taps of its capture stay the caller's and valid until the end. NULL: no memory. */
struct nt_conf *nt_conf_new(const struct nt_conf_input *in);
/* Reads frame `number` (from 1) of a capture with these taps. Frames come in order, each once, when its fate is known; nothing
 * refers to it afterwards. */
void nt_conf_frame(struct nt_conf *conf, const struct nt_capture *c, const struct nt_capture_frame *f, uint32_t number);
/* Ends the judgement and deletes it. `end`: the virtual time. 0, and the verdict is the caller's to free; or NT_ENOMEM, and it is
 * empty. */
int nt_conf_end(struct nt_conf *conf, nt_time end, struct nt_conf_verdict *verdict);
void nt_conf_del(struct nt_conf *conf); /* without a verdict */

/* Judges all frames of in->capture. As nt_conf_end. */
int nt_conf_judge(const struct nt_conf_input *in, struct nt_conf_verdict *verdict);

#endif
