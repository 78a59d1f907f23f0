/* Prefixes that a network can have. */
#ifndef NT_SECTIONS_PREFIX_H
#define NT_SECTIONS_PREFIX_H

#include "core/base/addr.h"

/* A clause on why no network can have the prefix, since it is, holds or lies in addresses of no single host: "127.0.0.0/8 is
 * loopback (RFC 1122, 3.2.1.3)". NULL: it can. Link-local prefixes can (RFC 3927; RFC 4291, 2.5.6): their packets stay on their
 * link. */
const char *nt_prefix_why_unusable(const struct nt_prefix *p);

#endif
