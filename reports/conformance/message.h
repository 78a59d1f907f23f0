/* Inside of the room: the form of a STUN message, read leniently (flaws are noted, not refused), and its attributes. */
#ifndef NT_CONFORMANCE_MESSAGE_H
#define NT_CONFORMANCE_MESSAGE_H

#include "reports/conformance/view.h"

void nt_item_read_type(struct nt_item *m); /* class and method */
void nt_item_read_stun(struct nt_view *v, struct nt_item *m, int *err);

/* The first attribute of a type, or NULL. */
const struct nt_item_attr *nt_item_search_attr(const struct nt_view *v, const struct nt_item *m, uint16_t type);
static inline const struct nt_item_attr *nt_item_attr(const struct nt_view *v, const struct nt_item *m, uint16_t type)
{
    return (m->has & nt_item_attr_bit(type)) != 0 ? nt_item_search_attr(v, m, type) : NULL;
}
/* Its value; false when it is missing or malformed. */
bool nt_item_addr(const struct nt_view *v, const struct nt_item *m, uint16_t type, struct nt_addr *a);
bool nt_item_u32(const struct nt_view *v, const struct nt_item *m, uint16_t type, uint32_t *value);
bool nt_item_attr_addr(const struct nt_item *m, const struct nt_item_attr *attr, struct nt_addr *a);
int nt_item_code(const struct nt_view *v, const struct nt_item *m); /* of an error response; 0: none */
bool nt_item_same_text(const struct nt_item_attr *a, const struct nt_item_attr *b);

#endif
