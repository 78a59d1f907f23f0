/* Addresses of all attachments. On an inside network .1 is its gateway; .2, .3, ... are in file order the outsides of gateways,
 * servers and agents. Given addresses are kept, and the numbering skips them. */
#ifndef NT_CHECKS_ADDRESSES_H
#define NT_CHECKS_ADDRESSES_H

#include "scenarios/language/keys/reader.h"

void nt_assign_addresses(struct nt_load *l);

#endif
