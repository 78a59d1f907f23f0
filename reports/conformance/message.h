/* Inside of the room: the form of a STUN message, read leniently (flaws are noted, not refused), and its attributes. */
#ifndef NT_CONFORMANCE_MESSAGE_H
#define NT_CONFORMANCE_MESSAGE_H

#include "reports/conformance/view.h"

void nt_item_read_type(struct nt_item *m); /* class and method */
void nt_item_read_stun(struct nt_view *v, struct nt_item *m, int *err);

/* The first attribute with this flaw (NT_FLAW_OVERRUN: the one that goes beyond the message), also of those that are not kept. */
struct nt_item_attr nt_item_flawed_attr(const struct nt_item *m, uint8_t flaw);

static inline bool nt_attr_is_unknown(uint16_t type) /* and comprehension-required */
{
    return type < 0x8000 && !nt_stun_attr_known(type);
}

/* The first attribute of a type, or NULL. */
const struct nt_item_attr *nt_item_search_attr(const struct nt_view *v, const struct nt_item *m, uint16_t type);
static inline const struct nt_item_attr *nt_item_attr(const struct nt_view *v, const struct nt_item *m, uint16_t type)
{
    return (m->has & nt_item_attr_bit(type)) != 0 ? nt_item_search_attr(v, m, type) : NULL;
}
size_t nt_item_count_attrs(const struct nt_view *v, const struct nt_item *m, uint16_t type);
/* Its value; false when it is missing or malformed. */
bool nt_item_addr(const struct nt_view *v, const struct nt_item *m, uint16_t type, struct nt_addr *a);
bool nt_item_u32(const struct nt_view *v, const struct nt_item *m, uint16_t type, uint32_t *value);
bool nt_item_attr_addr(const struct nt_item *m, const struct nt_item_attr *attr, struct nt_addr *a);
int nt_item_code(const struct nt_view *v, const struct nt_item *m); /* of an error response; 0: none */
bool nt_item_same_text(const struct nt_item_attr *a, const struct nt_item_attr *b);

/* RFC 8489, 9.1.4: a response that has no kind of integrity of its request "MUST be discarded". */
bool nt_item_has_kind_of(const struct nt_view *v, const struct nt_item *m, const struct nt_item *q);

/* For the texts of findings. */
#define NT_ITEM_TEXT 48
const char *nt_item_answer_text(const struct nt_view *v, const struct nt_item *m, char text[NT_ITEM_TEXT]); /* "success", "401" */
const char *nt_item_integrity_text(const struct nt_view *v, const struct nt_item *m);                       /* its kinds */
const char *nt_item_attr_name(uint16_t type, char text[NT_ITEM_TEXT]);
/* Its value as text, what cannot be printed as '?', cut where it is long; "none" for NULL. */
const char *nt_item_value_text(const struct nt_item_attr *a, char text[NT_ITEM_TEXT]);

#endif
