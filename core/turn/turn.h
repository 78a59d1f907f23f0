/* The public face of core/turn (RFC 8656): client and server over UDP. TCP and TLS paths, TCP allocations (RFC 6062) and
 * mobility (RFC 8016) have their place in nt_path and are refused with NT_EUNSUPPORTED in this version. */
#ifndef NT_TURN_TURN_H
#define NT_TURN_TURN_H

#include "core/turn/client.h"
#include "core/turn/server.h"

#endif
