/* Inside of the room: whose password signs a message, and whether it does. Each key is computed once. */
#ifndef NT_CONFORMANCE_KEYS_H
#define NT_CONFORMANCE_KEYS_H

#include "reports/conformance/view.h"

/* `pwd` stays as long as the view. */
int nt_view_add_password(struct nt_view *v, uint32_t party, const char *ufrag, const char *pwd); /* 0 or NT_ENOMEM */
/* Sets the item's key and integrity. */
void nt_item_verify(struct nt_view *v, struct nt_item *m, int *err);
/* The server took the credentials of the request `q`, as far as its response `m` tells. */
bool nt_item_is_authenticated(const struct nt_view *v, const struct nt_item *m, const struct nt_item *q);
/* A long-term request is signed with this user's password. */
bool nt_item_is_signed_by(const struct nt_view *v, const struct nt_item *m, const struct nt_conf_login *login);
/* A response to a check that its request's key does not sign: another short-term key of the same party that signs it, or
 * NT_VIEW_NONE. */
uint32_t nt_item_other_key(const struct nt_view *v, const struct nt_item *m);
bool nt_view_has_users(const struct nt_view *v, uint32_t server); /* it is known which users a server knows */

#endif
