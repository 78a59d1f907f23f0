/* A client and a server of TLS, and what is between them: pieces of any length, damaged, dropped, doubled, or made up. What one
 * reads is what the other has written, whatever has happened to it, and what has failed stays so, with a reason. */
#include "core/tls/tls.h"
#include "tests/fuzz/feed.h"

#define EPOCH INT64_C(1767225600)

enum { CLIENT, SERVER, SIDES };

struct world {
    struct nt_tls *side[SIDES];
    uint32_t written[SIDES], read[SIDES]; /* bytes; the nth is n % 251 */
    nt_time now;
};

static void read_all(struct world *w, int at)
{
    uint8_t buf[3000];
    size_t n;
    while ((n = nt_tls_read(w->side[at], buf, sizeof buf, w->now)) > 0)
        for (size_t i = 0; i < n; i++)
            CHECK(buf[i] == w->read[at]++ % 251 && w->read[at] <= w->written[1 - at]);
    CHECK((nt_tls_state(w->side[at]) == NT_TLS_FAILED) == (nt_tls_reason(w->side[at])[0] != '\0'));
}

static void give(struct world *w, int to, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = feed_copy(bytes, len);
    nt_tls_input(w->side[to], copy, len, w->now);
    free(copy);
    read_all(w, to);
}

static void carry(struct world *w, int from, struct feed *f, uint8_t how)
{
    uint8_t buf[4096];
    size_t n = nt_tls_output(w->side[from], buf, (how & 1) != 0 ? 1U + feed8(f) : sizeof buf);
    if ((how & 2) != 0 && n > 0)
        buf[feed16(f) % n] ^= feed8(f);
    if ((how & 12) != 12)
        give(w, 1 - from, buf, n);
    if ((how & 12) == 8)
        give(w, 1 - from, buf, n);
}

static void write_some(struct world *w, int at, size_t len)
{
    uint8_t buf[256];
    for (size_t i = 0; i < len; i++)
        buf[i] = (uint8_t)((w->written[at] + i) % 251);
    if (nt_tls_write(w->side[at], buf, len, w->now) == 0)
        w->written[at] += (uint32_t)len;
}

static void step(struct world *w, struct feed *f)
{
    uint8_t op = feed8(f), how = op >> 4;
    int at = op & 1;
    size_t len;
    const uint8_t *bytes;
    switch (op >> 1 & 7) {
    case 0: bytes = feed_chunk(f, 2000, &len), give(w, at, bytes, len); break;
    case 1: write_some(w, at, feed8(f)); break;
    case 2: nt_tls_close(w->side[at], w->now); break;
    case 3: nt_tls_input_end(w->side[at], w->now), read_all(w, at); break;
    case 4: w->now += feed8(f) * NT_SEC, nt_tls_timer(w->side[at], w->now); break;
    default: carry(w, at, f, how); break;
    }
    CHECK(nt_tls_deadline(w->side[at]) > w->now || nt_tls_state(w->side[at]) == NT_TLS_HANDSHAKE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct nt_tls_identity *identity;
    struct world w = {.now = 0};
    struct feed f = {data, data + size};
    struct nt_rand certificates;
    const struct nt_tls_identity_config of = {.name = "turn.example.com", .from = EPOCH - 100, .until = EPOCH + 1000000};
    nt_rand_init(&certificates, 1, "certificates");
    if (identity == NULL)
        identity = nt_tls_identity_make(&of, &certificates);
    CHECK(identity != NULL);
    bool tls12 = (feed8(&f) & 1) != 0;
    for (int i = 0; i < SIDES; i++) {
        struct nt_tls_config c = {.server = i == SERVER,
                                  .identity = identity,
                                  .trust = (const struct nt_tls_identity *const *)&identity,
                                  .trust_count = 1,
                                  .name = "turn.example.com",
                                  .tls12 = tls12,
                                  .epoch = EPOCH};
        nt_rand_init(&c.rand, (uint64_t)i, "fuzz");
        w.side[i] = nt_tls_new(&c, 0);
        CHECK(w.side[i] != NULL);
    }
    for (int steps = 0; f.p < f.end && steps < 200; steps++)
        step(&w, &f);
    for (int i = 0; i < SIDES; i++)
        nt_tls_del(w.side[i]);
    return 0;
}
