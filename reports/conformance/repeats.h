/* Inside of the room: the same STUN message seen again, at another tap or sent again. It is decoded, and its integrity checked,
 * once. */
#ifndef NT_CONFORMANCE_REPEATS_H
#define NT_CONFORMANCE_REPEATS_H

#include "reports/conformance/view.h"

/* Sets m->same to the item that had these bytes lately, or NT_VIEW_NONE, and remembers this one, item `self` (NT_VIEW_NONE: it is
 * not kept). */
void nt_view_find_same(struct nt_view *v, struct nt_item *m, uint32_t self);

#endif
