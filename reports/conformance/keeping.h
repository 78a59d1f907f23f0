/* Inside of the room: what is kept of a capture, and its limits. */
#ifndef NT_CONFORMANCE_KEEPING_H
#define NT_CONFORMANCE_KEEPING_H

#include "reports/conformance/view.h"

/* Copies bytes to where they stay; NULL with *err NT_ENOMEM, or NT_ELIMIT (and the view is cut). */
const uint8_t *nt_view_store(struct nt_view *v, const uint8_t *bytes, size_t len, int *err);
/* Whether the item is to be kept, and counts it: NT_OK with *kept, or NT_ELIMIT. Data that is not kept is counted by the item that
 * stands for it. */
int nt_view_keep(struct nt_view *v, const struct nt_item *m, uint32_t self, bool *kept);
/* Nothing from this frame on is judged; the first reason stands. */
void nt_view_cut(struct nt_view *v, uint32_t frame, const char *why);
void nt_view_free_chunks(struct nt_view *v);

#endif
