/* Inside of the room: building the view, one walk over the frames. */
#ifndef NT_CONFORMANCE_WALK_H
#define NT_CONFORMANCE_WALK_H

#include "reports/conformance/view.h"

int nt_view_init(struct nt_view *v, const struct nt_conf_input *in); /* 0 or NT_ENOMEM; nt_view_free in both cases */
void nt_view_free(struct nt_view *v);

#endif
