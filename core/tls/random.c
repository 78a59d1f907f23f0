/* The generator can be set for the process only (RAND_set_rand_method): this is the one place under core/ that keeps a global, for
 * as long as a call into OpenSSL lasts, and each thread has its own. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/tls/random.h"

#include <openssl/rand.h>

static _Thread_local struct nt_rand *current;

static int give_bytes(unsigned char *buf, int len)
{
    if (current == NULL)
        return RAND_OpenSSL()->bytes(buf, len);
    nt_rand_bytes(current, buf, (size_t)len);
    return 1;
}

static int take_seed(const void *buf, int len)
{
    (void)buf, (void)len;
    return 1;
}

static int take_entropy(const void *buf, int len, double entropy)
{
    (void)buf, (void)len, (void)entropy;
    return 1;
}

static int is_seeded(void)
{
    return 1;
}

void nt_tls_random_from(struct nt_rand *rand)
{
    static const RAND_METHOD method = {
        .seed = take_seed, .bytes = give_bytes, .add = take_entropy, .pseudorand = give_bytes, .status = is_seeded};
    if (RAND_get_rand_method() != &method)
        RAND_set_rand_method(&method);
    current = rand;
}

void nt_tls_random_done(void)
{
    current = NULL;
}
