#include "reports/conformance/repeats.h"

void nt_view_find_same(struct nt_view *v, struct nt_item *m, uint32_t self)
{
    /* The class is in the first two bytes; ids are random, or count in any of their bytes. */
    uint32_t mixed = nt_load32(m->bytes + 8) ^ nt_load32(m->bytes + 12) ^ nt_load32(m->bytes + 16) ^ nt_load16(m->bytes);
    uint32_t *slot = &v->recent[(mixed * UINT32_C(0x9e3779b1)) >> (32 - NT_VIEW_RECENT_BITS)];
    uint32_t before = *slot;
    m->same = before != NT_VIEW_NONE && nt_item_same_bytes(&v->items[before], m) ? before : NT_VIEW_NONE;
    if (self != NT_VIEW_NONE)
        *slot = self;
}
