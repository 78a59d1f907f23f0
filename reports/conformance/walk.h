/* Inside of the room: building the view while frames go by, in order. */
#ifndef NT_CONFORMANCE_WALK_H
#define NT_CONFORMANCE_WALK_H

#include "reports/conformance/view.h"

int nt_view_init(struct nt_view *v, const struct nt_conf_input *in); /* 0 or NT_ENOMEM; nt_view_free in both cases */
/* Reads a frame of `c`, whose fate is known; 0 or NT_ENOMEM. At a limit the view is cut. */
int nt_view_frame(struct nt_view *v, const struct nt_capture *c, const struct nt_capture_frame *f, uint32_t number);
/* No more frames come; the view is ready for the judges of the whole. 0 or NT_ENOMEM. */
int nt_view_end(struct nt_view *v, nt_time end);
void nt_view_free(struct nt_view *v);

#endif
