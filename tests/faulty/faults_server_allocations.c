#include "tests/faulty/faults_server_allocations.h"
#include "tests/faulty/faulty.h"
#include "tests/faulty/turn_event.h"

/* --- challenges --- */

static void no_realm(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_REALM);
}

static void no_nonce(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_NONCE);
}

static void no_algorithms(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_PASSWORD_ALGORITHMS);
}

static void list_algorithms(struct fault_event *e, struct fault_memory *m)
{
    static const uint8_t both[] = {0, NT_PASSWORD_SHA256, 0, 0, 0, NT_PASSWORD_MD5, 0, 0};
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_PASSWORD_ALGORITHMS, both, sizeof both);
}

/* RFC 8489, 9.2: the nonce begins with the cookie of nine characters and four with the security features. */
static void set_nonce(struct fault_event *e, size_t at, const char *text)
{
    char nonce[NT_STUN_TEXT_BYTES];
    const struct stun_edit_attr *a = stun_edit_find(e->stun, NT_ATTR_NONCE);
    size_t len = a->len;
    memcpy(nonce, stun_edit_value(e->stun, a), len);
    memcpy(nonce + at, text, strlen(text));
    stun_edit_set(e->stun, NT_ATTR_NONCE, nonce, len);
}

static void no_feature_bits(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    set_nonce(e, 9, "AAAA");
}

static void no_cookie(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    set_nonce(e, 0, "no-cookie");
}

static void says_algorithms(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_NONCE, "obMatJos2gAAAof-its-own", 23);
}

static void says_anonymity(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    set_nonce(e, 9, "wAAA");
}

static void same_nonce(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_NONCE, "for everybody", 13);
}

static void nonce_too_long(struct fault_event *e, struct fault_memory *m)
{
    char nonce[130];
    (void)m;
    memset(nonce, 'x', sizeof nonce);
    stun_edit_set(e->stun, NT_ATTR_NONCE, nonce, sizeof nonce);
}

static void realm_too_long(struct fault_event *e, struct fault_memory *m)
{
    char realm[130];
    (void)m;
    memset(realm, 'x', sizeof realm);
    stun_edit_set(e->stun, NT_ATTR_REALM, realm, sizeof realm);
}

static void realm_not_utf8(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_REALM, "r\xff", 2);
}

static void new_realm(struct fault_event *e, struct fault_memory *m)
{
    char realm[] = "realm-a";
    realm[6] = (char)('a' + m->n++ % 26);
    stun_edit_set(e->stun, NT_ATTR_REALM, realm, 7);
}

/* Each request is refused with this code; "stale" with a new nonce each time. */
static void refuse(struct fault_event *e, int code, const char *reason)
{
    char nonce[] = "new-nonce-000";
    uint32_t n = e->request->number;
    nonce[12] = (char)('0' + n % 10);
    nonce[11] = (char)('0' + n / 10 % 10);
    e->stun->class_ = NT_STUN_ERROR;
    e->stun->count = 0;
    stun_edit_set_error(e->stun, code, reason);
    if (code != 401 && code != 438)
        return;
    stun_edit_set(e->stun, NT_ATTR_REALM, "example.org", 11);
    stun_edit_set(e->stun, NT_ATTR_NONCE, nonce, 13);
}

static void always_stale(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse(e, 438, "Stale Nonce");
}

static void always_unauthenticated(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse(e, 401, "Unauthenticated");
}

static void stale_without_nonce(struct fault_event *e, struct fault_memory *m)
{
    always_stale(e, m);
    stun_edit_remove(e->stun, NT_ATTR_NONCE);
}

static void stale_without_realm(struct fault_event *e, struct fault_memory *m)
{
    always_stale(e, m);
    stun_edit_remove(e->stun, NT_ATTR_REALM);
}

static void challenge_by_400(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse(e, 400, "Bad Request");
}

/* --- integrity --- */

static void set_integrity(struct stun_edit *s, uint16_t type, size_t len)
{
    uint8_t room[NT_STUN_HMAC_SHA256] = {0};
    stun_edit_remove(s, NT_ATTR_MESSAGE_INTEGRITY);
    stun_edit_remove(s, NT_ATTR_MESSAGE_INTEGRITY_SHA256);
    if (len > 0)
        stun_edit_insert(s, s->count, type, room, len);
}

static void no_integrity(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    set_integrity(e->stun, 0, 0);
}

static void wrong_hmac(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->wrong_hmac = true;
}

static void sha1_instead(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    set_integrity(e->stun, NT_ATTR_MESSAGE_INTEGRITY, NT_STUN_HMAC);
}

static void short_sha256(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    set_integrity(e->stun, NT_ATTR_MESSAGE_INTEGRITY_SHA256, 12);
}

static void with_username(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_USERNAME, "alice", 5);
}

static void after_integrity(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_insert(e->stun, e->stun->count, NT_ATTR_SOFTWARE, "late", 4);
}

/* A success becomes a refusal that is signed likewise. */
static void refuse_signed(struct fault_event *e, int code)
{
    uint16_t type =
        stun_edit_has(e->stun, NT_ATTR_MESSAGE_INTEGRITY) ? NT_ATTR_MESSAGE_INTEGRITY : NT_ATTR_MESSAGE_INTEGRITY_SHA256;
    size_t len = type == NT_ATTR_MESSAGE_INTEGRITY ? NT_STUN_HMAC : NT_STUN_HMAC_SHA256;
    refuse(e, code, "Refused");
    set_integrity(e->stun, type, len);
}

static void refused_403(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse_signed(e, 403);
}

static void refused_437(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse_signed(e, 437);
}

static void refused_441(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse_signed(e, 441);
}

static void refused_443(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse_signed(e, 443);
}

static void refused_486(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse_signed(e, 486);
}

static void redirects_nowhere(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    refuse_signed(e, 300);
}

/* --- what an allocation has --- */

static void no_lifetime(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_LIFETIME);
}

static void no_relayed(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_XOR_RELAYED_ADDRESS);
}

static void no_mapped(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS);
}

static void short_lifetime(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_LIFETIME, 20);
}

static void zero_lifetime(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_LIFETIME, 0);
}

static void endless_lifetime(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_LIFETIME, 86400);
}

static void lifetime_of_two_bytes(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_LIFETIME, "\x02\x58", 2);
}

static struct nt_addr relayed(const struct fault_event *e)
{
    struct nt_addr a = {0};
    stun_edit_addr(e->stun, NT_ATTR_XOR_RELAYED_ADDRESS, &a);
    return a;
}

static void set_relayed(struct fault_event *e, struct nt_addr a)
{
    stun_edit_set_addr(e->stun, NT_ATTR_XOR_RELAYED_ADDRESS, &a);
}

static void wrong_mapped(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a;
    (void)m;
    if (!stun_edit_addr(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS, &a))
        return;
    a.port ^= 1;
    stun_edit_set_addr(e->stun, NT_ATTR_XOR_MAPPED_ADDRESS, &a);
}

/* All allocations have the relayed address of the first. */
static void same_relayed(struct fault_event *e, struct fault_memory *m)
{
    char text[NT_ADDR_TEXT];
    struct nt_addr first;
    if (!m->done) {
        struct nt_addr a = relayed(e);
        strcpy(m->text, nt_addr_format(&a, text));
        m->done = true;
    }
    if (nt_addr_parse(&first, m->text) == NT_OK)
        set_relayed(e, first);
}

static void other_relayed(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a = relayed(e);
    (void)m;
    a.port ^= 1;
    set_relayed(e, a);
}

static void relayed_port(struct fault_event *e, uint16_t port)
{
    struct nt_addr a = relayed(e);
    a.port = port;
    set_relayed(e, a);
}

static void relayed_port_zero(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    relayed_port(e, 0);
}

static void well_known_port(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    relayed_port(e, 53);
}

static void unspecified_relayed(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a = relayed(e);
    (void)m;
    memset(a.ip, 0, sizeof a.ip);
    set_relayed(e, a);
}

static void relayed_of_other_family(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a;
    (void)m;
    nt_addr_parse(&a, relayed(e).family == NT_AF_IPV6 ? "10.1.0.9:50000" : "[2001:db8:1::9]:50000");
    set_relayed(e, a);
}

static void two_relayed(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr a = relayed(e);
    const struct stun_edit_attr *attr = stun_edit_find(e->stun, NT_ATTR_XOR_RELAYED_ADDRESS);
    uint8_t first[20];
    size_t len = attr->len;
    (void)m;
    memcpy(first, stun_edit_value(e->stun, attr), len);
    a.port ^= 1;
    set_relayed(e, a);
    stun_edit_add(e->stun, NT_ATTR_XOR_RELAYED_ADDRESS, first, len);
}

static void unasked_token(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u64(e->stun, NT_ATTR_RESERVATION_TOKEN, 1);
}

static bool challenges_first(const struct fault_event *e)
{
    return challenges(e) && e->key == NULL;
}

static bool challenges_without_algorithms(const struct fault_event *e)
{
    return challenges(e) && !stun_edit_has(e->stun, NT_ATTR_PASSWORD_ALGORITHMS);
}

static bool grants_by_sha256(const struct fault_event *e)
{
    return grants(e) && stun_edit_has(e->stun, NT_ATTR_MESSAGE_INTEGRITY_SHA256);
}

static bool releases(const struct fault_event *e)
{
    return refreshes(e) && stun_edit_u32(e->stun, NT_ATTR_LIFETIME) == 0;
}

// clang-format off
#define ROW(name, does, who, how) {name, does, NT_APP_SERVER, .when = who, .edit = how}

const struct fault faults_of_server_allocations[] = {
    ROW("server-no-realm", "its 401 has no REALM", challenges, no_realm),
    ROW("server-no-nonce", "its 401 has no NONCE", challenges, no_nonce),
    ROW("server-no-algorithms", "its 401 has no PASSWORD-ALGORITHMS, and its nonce says that it had", offers_algorithms, no_algorithms),
    ROW("server-lists-algorithms", "its 401 has PASSWORD-ALGORITHMS, and its nonce does not say so", challenges_without_algorithms, list_algorithms),
    ROW("server-no-feature-bits", "its nonce says no features, and its 401 has PASSWORD-ALGORITHMS", offers_algorithms, no_feature_bits),
    ROW("server-no-cookie", "its nonce has no cookie, and its 401 has PASSWORD-ALGORITHMS", offers_algorithms, no_cookie),
    ROW("server-says-algorithms", "its nonce says algorithms, and its 401 lists none", challenges_without_algorithms, says_algorithms),
    ROW("server-says-anonymity", "its nonce asks for USERHASH: its right", offers_algorithms, says_anonymity),
    ROW("server-same-nonce", "it gives one nonce to all clients", challenges_first, same_nonce),
    ROW("server-nonce-too-long", "its nonce has 130 characters", challenges, nonce_too_long),
    ROW("server-realm-too-long", "its realm has 130 characters", challenges, realm_too_long),
    ROW("server-realm-not-utf8", "its realm is no UTF-8", challenges, realm_not_utf8),
    ROW("server-new-realm", "each 401 has a new realm", challenges, new_realm),
    ROW("server-challenges-by-400", "it refuses requests without credentials with 400", challenges_first, challenge_by_400),
    ROW("server-always-stale", "it says 438 to all authenticated requests", grants, always_stale),
    ROW("server-always-unauthenticated", "it says 401 to all authenticated requests", grants, always_unauthenticated),
    ROW("server-stale-without-nonce", "its 438 has no NONCE", grants, stale_without_nonce),
    ROW("server-stale-without-realm", "its 438 has no REALM", grants, stale_without_realm),
    ROW("server-unsigned", "its success responses are not signed", grants, no_integrity),
    ROW("server-wrongly-signed", "the HMAC of its success responses is wrong", grants, wrong_hmac),
    ROW("server-sha1-instead", "its responses to requests with an algorithm have MESSAGE-INTEGRITY", grants_by_sha256, sha1_instead),
    ROW("server-short-integrity", "MESSAGE-INTEGRITY-SHA256 of its responses has 12 bytes", grants_by_sha256, short_sha256),
    ROW("server-with-username", "its success responses have USERNAME", grants, with_username),
    ROW("server-after-integrity", "SOFTWARE follows the integrity of its responses", grants, after_integrity),
    ROW("server-refuses-permissions", "it refuses permissions with 403, and installs them", permits, refused_403),
    ROW("server-no-allocation", "it says 437 to CreatePermission, and there is an allocation", permits, refused_437),
    ROW("server-other-user", "it says 441 to CreatePermission of the right user", permits, refused_441),
    ROW("server-other-peer-family", "it says 443 to CreatePermission for the right family", permits, refused_443),
    ROW("server-refuses-channels", "it refuses channels with 403, and binds them", binds_channel, refused_403),
    ROW("server-forgets", "it says 437 to Refresh, and there is an allocation", refreshes, refused_437),
    ROW("server-quota", "it says 486 to Allocate: its right", allocates, refused_486),
    ROW("server-turn-redirects-nowhere", "it says 300 to Allocate, and names no server", allocates, redirects_nowhere),
    ROW("server-no-lifetime", "its allocations have no LIFETIME", allocates, no_lifetime),
    ROW("server-no-relayed", "its allocations have no XOR-RELAYED-ADDRESS", allocates, no_relayed),
    ROW("server-allocation-not-mapped", "its allocations have no XOR-MAPPED-ADDRESS", allocates, no_mapped),
    ROW("server-short-lifetime", "its allocations last 20 s", allocates, short_lifetime),
    ROW("server-zero-lifetime", "its allocations last 0 s", allocates, zero_lifetime),
    ROW("server-endless-lifetime", "its allocations last a day", allocates, endless_lifetime),
    ROW("server-lifetime-of-two-bytes", "LIFETIME of its allocations has two bytes", allocates, lifetime_of_two_bytes),
    ROW("server-refresh-lifetime", "it says 20 s to Refresh", refreshes, short_lifetime),
    ROW("server-refresh-without-lifetime", "its answers to Refresh have no LIFETIME", refreshes, no_lifetime),
    ROW("server-release-lifetime", "it says 20 s to Refresh with lifetime 0", releases, short_lifetime),
    ROW("server-allocation-wrong-mapped", "XOR-MAPPED-ADDRESS of its allocations has another port", allocates, wrong_mapped),
    ROW("server-same-relayed", "all its allocations have one relayed address", allocates, same_relayed),
    ROW("server-other-relayed", "the relayed address that it tells is not the one that it uses", allocates, other_relayed),
    ROW("server-relayed-port-zero", "its relayed addresses have port 0", allocates, relayed_port_zero),
    ROW("server-well-known-port", "its relayed addresses have port 53", allocates, well_known_port),
    ROW("server-unspecified-relayed", "its relayed addresses are 0.0.0.0 or ::", allocates, unspecified_relayed),
    ROW("server-relayed-of-other-family", "its relayed addresses have the other family", allocates, relayed_of_other_family),
    ROW("server-two-relayed", "its allocations have two relayed addresses of one family", allocates, two_relayed),
    ROW("server-unasked-token", "its allocations have RESERVATION-TOKEN, for which nobody asked", allocates, unasked_token),
    {0},
};
// clang-format on
