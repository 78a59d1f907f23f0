/* A client and a server of TLS, joined by nothing: what one has to send the other is given, in pieces. */
#ifndef TEST_TLS_PAIR_H
#define TEST_TLS_PAIR_H

#include "tests/unit/help.h"

#include "core/base/hash.h"
#include "core/tls/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "turn.example.com"
#define YEAR (INT64_C(365) * 24 * 3600)
#define EPOCH (INT64_C(1767225600)) /* 2026-01-01 */

enum { CLIENT, SERVER, SIDES };

struct pair {
    struct nt_rand certificates;
    struct nt_tls_identity *authority, *identity;
    struct nt_tls *side[SIDES];
    size_t piece;
    int64_t now;
    uint64_t digest; /* of the bytes that have crossed, and of the key log */
    size_t lines;
    bool show; /* all of it is printed: K line, C and S bytes in hexadecimal */
    /* Changes what goes from a side; NULL: nothing does. */
    void (*damage)(uint8_t *bytes, size_t len, size_t at, int from);
    size_t sent[SIDES];
};

static inline void take_line(void *user, const char *line)
{
    struct pair *p = user;
    p->lines++;
    if (p->show)
        printf("K %s\n", line);
    p->digest = p->digest * 31 + nt_hash_written(line, strlen(line));
}

static inline struct nt_tls_identity *make_identity(struct pair *p, const char *name, const struct nt_tls_identity *issuer,
                                                    bool authority, int64_t from, int64_t until)
{
    const struct nt_tls_identity_config c = {.name = name, .authority = authority, .issuer = issuer, .from = from, .until = until};
    struct nt_tls_identity *made = nt_tls_identity_make(&c, &p->certificates);
    assert_non_null(made);
    return made;
}

/* With a good certificate; what is to differ is set before start_pair. */
static inline struct pair pair_of(uint64_t seed)
{
    struct pair p = {.piece = 1000000, .digest = 1};
    nt_rand_init(&p.certificates, seed, "certificates");
    p.authority = make_identity(&p, "Authority", NULL, true, EPOCH - YEAR, EPOCH + 10 * YEAR);
    p.identity = make_identity(&p, NAME, p.authority, false, EPOCH - YEAR, EPOCH + YEAR);
    return p;
}

static inline struct nt_tls_config config_of(struct pair *p, uint64_t seed, int side)
{
    struct nt_tls_config c = {.server = side == SERVER, .epoch = EPOCH, .key_log = take_line, .user = p};
    nt_rand_init(&c.rand, seed, side == SERVER ? "server" : "client");
    c.identity = p->identity;
    c.trust = (const struct nt_tls_identity *const *)&p->authority;
    c.trust_count = 1;
    c.name = NAME;
    return c;
}

static inline void start_pair(struct pair *p, const struct nt_tls_config *client, const struct nt_tls_config *server)
{
    p->side[CLIENT] = nt_tls_new(client, p->now);
    p->side[SERVER] = nt_tls_new(server, p->now);
    assert_non_null(p->side[CLIENT]);
    assert_non_null(p->side[SERVER]);
}

static inline bool carry_from(struct pair *p, int from)
{
    static uint8_t buf[300000];
    size_t n = nt_tls_output(p->side[from], buf, sizeof buf);
    if (n == 0)
        return false;
    if (p->show)
        printf("%c ", "CS"[from]);
    for (size_t i = 0; p->show && i < n; i++)
        printf(i + 1 < n ? "%02x" : "%02x\n", buf[i]);
    p->digest = p->digest * 31 + nt_hash_written(buf, n) + (uint64_t)from;
    if (p->damage != NULL)
        p->damage(buf, n, p->sent[from], from);
    p->sent[from] += n;
    for (size_t at = 0; at < n; at += p->piece)
        assert_int_equal(nt_tls_input(p->side[1 - from], buf + at, n - at < p->piece ? n - at : p->piece, p->now), NT_OK);
    return true;
}

/* Until neither has anything to send. */
static inline void carry(struct pair *p)
{
    bool to_server = true, to_client = true;
    while (to_server || to_client) {
        to_server = carry_from(p, CLIENT);
        to_client = carry_from(p, SERVER);
    }
}

static inline void stop(struct pair *p)
{
    for (int i = 0; i < SIDES; i++)
        nt_tls_del(p->side[i]);
    nt_tls_identity_del(p->identity);
    nt_tls_identity_del(p->authority);
}

/* What one side has written comes out at the other. */
static inline void assert_crosses(struct pair *p, int from, const char *text)
{
    char buf[300] = "";
    assert_int_equal(nt_tls_write(p->side[from], (const uint8_t *)text, strlen(text), p->now), NT_OK);
    carry(p);
    size_t n = nt_tls_read(p->side[1 - from], (uint8_t *)buf, sizeof buf - 1, p->now);
    assert_int_equal(n, strlen(text));
    assert_string_equal(buf, text);
    assert_int_equal(nt_tls_read(p->side[1 - from], (uint8_t *)buf, sizeof buf, p->now), 0);
}

#endif
