/* OpenSSL's random bytes. Its generator is one for the whole process: between nt_tls_random_from and nt_tls_random_done it draws
 * from the given stream, so that no connection's bytes depend on what another one does; otherwise from the system, as ever. */
#ifndef NT_TLS_RANDOM_H
#define NT_TLS_RANDOM_H

#include "core/base/rand.h"

void nt_tls_random_from(struct nt_rand *rand);
void nt_tls_random_done(void);

#endif
