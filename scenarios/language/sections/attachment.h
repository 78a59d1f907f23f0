/* Where nodes are attached to networks, and the addresses given to them there. */
#ifndef NT_SECTIONS_ATTACHMENT_H
#define NT_SECTIONS_ATTACHMENT_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_attachment;

/* NET, {on: NET, address: A}, or a list of these (at most `max`), with the addresses given in it. False with an error. */
bool nt_load_attachments(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_attachment **out, size_t *count, size_t max);
/* The key `address` beside `on` (NULL: not there): addresses of the one attachment, or one entry for each. */
bool nt_load_address_key(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_attachment *on, size_t count);
/* The addresses that a step moves it to, on its network: who has them when is not looked at here. False with an error. */
bool nt_load_move_addresses(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_attachment *a);
/* Registers a given address: it must be in the prefix of the network, and new there. False with an error. */
bool nt_load_give(struct nt_load *l, const struct nt_yaml *at, uint32_t network, const struct nt_addr *a);
/* The number of a given address in given_places, or NT_MAP_NONE. */
uint32_t nt_load_given(const struct nt_load *l, uint32_t network, const struct nt_addr *a);

#endif
