/* Addresses of all attachments: .1 is the gateway whose inside a network is; .2, .3, ... follow in file order: the outsides of
 * gateways, servers, agents. Given addresses are kept, and the numbering skips them. */
#ifndef NT_CHECKS_ADDRESSES_H
#define NT_CHECKS_ADDRESSES_H

#include "scenarios/language/keys/reader.h"

void nt_assign_addresses(struct nt_load *l);

#endif
