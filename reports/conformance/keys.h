/* Inside of the room: whose password signs a message, and whether it does. Each key is computed once. */
#ifndef NT_CONFORMANCE_KEYS_H
#define NT_CONFORMANCE_KEYS_H

#include "reports/conformance/view.h"

int nt_view_add_password(struct nt_view *v, uint32_t party, const char *ufrag, const char *pwd); /* 0 or NT_ENOMEM */
/* Sets the item's key and integrity. */
void nt_item_verify(struct nt_view *v, struct nt_item *m, int *err);

#endif
