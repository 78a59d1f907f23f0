#include "tests/faulty/faults_turn_requests.h"
#include "tests/faulty/turn_event.h"

/* --- credentials --- */

static void wrong_hmac(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->wrong_hmac = true;
}

static void no_integrity(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_MESSAGE_INTEGRITY);
    stun_edit_remove(e->stun, NT_ATTR_MESSAGE_INTEGRITY_SHA256);
}

static void no_username(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_USERNAME);
}

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

static void no_credentials(struct fault_event *e, struct fault_memory *m)
{
    no_username(e, m);
    no_realm(e, m);
    no_nonce(e, m);
    no_integrity(e, m);
    stun_edit_remove(e->stun, NT_ATTR_PASSWORD_ALGORITHM);
    stun_edit_remove(e->stun, NT_ATTR_PASSWORD_ALGORITHMS);
}

static void user_at_once(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_USERNAME, "alice", 5);
}

static void nonce_at_once(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_NONCE, "of mine", 7);
}

static void user_too_long(struct fault_event *e, struct fault_memory *m)
{
    char name[520];
    (void)m;
    memset(name, 'x', sizeof name);
    stun_edit_set(e->stun, NT_ATTR_USERNAME, name, sizeof name);
}

static void user_not_utf8(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_USERNAME,
                  "ali\xff"
                  "e",
                  5);
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

static void software_too_long(struct fault_event *e, struct fault_memory *m)
{
    char name[130];
    (void)m;
    memset(name, 'x', sizeof name);
    stun_edit_set(e->stun, NT_ATTR_SOFTWARE, name, sizeof name);
}

static void hashed_user(struct fault_event *e, struct fault_memory *m)
{
    uint8_t hash[32];
    char realm[NT_STUN_TEXT_BYTES];
    const struct stun_edit_attr *a = stun_edit_find(e->stun, NT_ATTR_REALM);
    (void)m;
    memcpy(realm, stun_edit_value(e->stun, a), a->len);
    realm[a->len] = '\0';
    nt_stun_userhash(hash, "alice", realm);
    stun_edit_remove(e->stun, NT_ATTR_USERNAME);
    stun_edit_set(e->stun, NT_ATTR_USERHASH, hash, sizeof hash);
}

/* The nonce of the first signed request stays for ever. */
static void keep_nonce(struct fault_event *e, struct fault_memory *m)
{
    const struct stun_edit_attr *a = stun_edit_find(e->stun, NT_ATTR_NONCE);
    if (m->number == 0 && a->len < sizeof m->text) {
        memcpy(m->text, stun_edit_value(e->stun, a), a->len);
        m->number = a->len;
    }
    stun_edit_set(e->stun, NT_ATTR_NONCE, m->text, m->number);
}

static void own_nonce(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_NONCE, "never given", 11);
}

/* RFC 8489, 9.2: the nonce begins with the cookie of nine characters and four with the security features. */
static void features_cut(struct fault_event *e, struct fault_memory *m)
{
    char nonce[NT_STUN_TEXT_BYTES];
    const struct stun_edit_attr *a = stun_edit_find(e->stun, NT_ATTR_NONCE);
    size_t len = a->len;
    (void)m;
    memcpy(nonce, stun_edit_value(e->stun, a), len);
    memcpy(nonce + 9, "AAAA", 4);
    stun_edit_set(e->stun, NT_ATTR_NONCE, nonce, len);
}

/* --- kinds of integrity --- */

static void set_integrity(struct stun_edit *s, bool sha1, bool sha256)
{
    static const uint8_t room[NT_STUN_HMAC_SHA256];
    stun_edit_remove(s, NT_ATTR_MESSAGE_INTEGRITY);
    stun_edit_remove(s, NT_ATTR_MESSAGE_INTEGRITY_SHA256);
    if (sha1)
        stun_edit_insert(s, s->count - stun_edit_has(s, NT_ATTR_FINGERPRINT), NT_ATTR_MESSAGE_INTEGRITY, room, NT_STUN_HMAC);
    if (sha256)
        stun_edit_insert(s, s->count - stun_edit_has(s, NT_ATTR_FINGERPRINT), NT_ATTR_MESSAGE_INTEGRITY_SHA256, room, sizeof room);
}

static void both_integrities(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    set_integrity(e->stun, true, true);
}

static void sha1_alone(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    set_integrity(e->stun, true, false);
}

static void short_sha256(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_find(e->stun, NT_ATTR_MESSAGE_INTEGRITY_SHA256)->len = 12;
}

static void no_algorithms(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_PASSWORD_ALGORITHM);
    stun_edit_remove(e->stun, NT_ATTR_PASSWORD_ALGORITHMS);
}

static void no_list_of_algorithms(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_PASSWORD_ALGORITHMS);
}

static void other_algorithms(struct fault_event *e, struct fault_memory *m)
{
    static const uint8_t of_md5[] = {0, NT_PASSWORD_MD5, 0, 0};
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_PASSWORD_ALGORITHMS, of_md5, sizeof of_md5);
}

static void after_integrity(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_insert(e->stun, e->stun->count, NT_ATTR_SOFTWARE, "late", 4);
}

/* --- Allocate --- */

static void no_transport(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_REQUESTED_TRANSPORT);
}

static void unknown_transport(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_REQUESTED_TRANSPORT, UINT32_C(132) << 24);
}

static void transport_reserved(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_REQUESTED_TRANSPORT, (UINT32_C(17) << 24) + 1);
}

static void family_reserved(struct fault_event *e, struct fault_memory *m)
{
    uint32_t family = e->path.local.family == NT_AF_IPV6 ? 2 : 1;
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_REQUESTED_ADDRESS_FAMILY, (family << 24) + 1);
}

static void family_twice(struct fault_event *e, struct fault_memory *m)
{
    static const uint8_t ipv4[] = {1, 0, 0, 0}, ipv6[] = {2, 0, 0, 0};
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_REQUESTED_ADDRESS_FAMILY);
    stun_edit_add(e->stun, NT_ATTR_REQUESTED_ADDRESS_FAMILY, ipv4, sizeof ipv4);
    stun_edit_add(e->stun, NT_ATTR_REQUESTED_ADDRESS_FAMILY, ipv6, sizeof ipv6);
}

static void additional_ipv4(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_REQUESTED_ADDRESS_FAMILY);
    stun_edit_set_u32(e->stun, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, UINT32_C(1) << 24);
}

static void additional_and_requested(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(1) << 24);
    stun_edit_set_u32(e->stun, NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, UINT32_C(2) << 24);
}

static void token_and_even_port(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_REQUESTED_ADDRESS_FAMILY);
    stun_edit_set_u64(e->stun, NT_ATTR_RESERVATION_TOKEN, 1);
    stun_edit_set(e->stun, NT_ATTR_EVEN_PORT, "\x80", 1);
}

static void long_even_port(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_EVEN_PORT, "\x80\0", 2);
}

static void short_lifetime(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_LIFETIME, "\x02\x58", 2);
}

static void endless_lifetime(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_LIFETIME, UINT32_MAX);
}

static void even_port(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_EVEN_PORT, "\x80", 1);
}

/* --- Refresh, CreatePermission, ChannelBind --- */

static struct nt_addr other_family(const struct fault_event *e)
{
    struct nt_addr a = {0};
    nt_addr_parse(&a, e->path.local.family == NT_AF_IPV6 ? "192.0.2.9:9000" : "[2001:db8:9::9]:9000");
    return a;
}

static void refresh_other_family(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_REQUESTED_ADDRESS_FAMILY, UINT32_C(1) << (e->path.local.family == NT_AF_IPV6 ? 24 : 25));
}

static void no_peer(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_XOR_PEER_ADDRESS);
}

static void foreign_peer(struct fault_event *e, struct fault_memory *m)
{
    struct nt_addr peer = other_family(e);
    (void)m;
    stun_edit_set_addr(e->stun, NT_ATTR_XOR_PEER_ADDRESS, &peer);
}

static void number_too_high(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_CHANNEL_NUMBER, stun_edit_u32(e->stun, NT_ATTR_CHANNEL_NUMBER) + UINT32_C(0x10000000));
}

static void number_too_low(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_CHANNEL_NUMBER, UINT32_C(0x3fff0000));
}

static void number_reserved(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_CHANNEL_NUMBER, stun_edit_u32(e->stun, NT_ATTR_CHANNEL_NUMBER) + 1);
}

/* --- form --- */

static void unknown_attribute(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_add(e->stun, 0x7ff0, "none", 4);
}

static void padding(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set(e->stun, NT_ATTR_SOFTWARE, "padded", 6);
    e->stun->padding = 0x20;
}

static void fingerprint(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_insert(e->stun, e->stun->count, NT_ATTR_FINGERPRINT, "\0\0\0", 4);
}

static void wrong_fingerprint(struct fault_event *e, struct fault_memory *m)
{
    fingerprint(e, m);
    e->stun->wrong_fingerprint = true;
}

static void wrong_length(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->length_off = 4;
}

static void wrong_cookie(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->cookie ^= 1;
}

static bool asks_permission_signed(const struct fault_event *e)
{
    return asks_permission(e) && e->key != NULL;
}

static bool asks_by_sha256(const struct fault_event *e)
{
    return asks_signed(e) && stun_edit_has(e->stun, NT_ATTR_MESSAGE_INTEGRITY_SHA256);
}

// clang-format off
#define ROW(name, does, who, how) {name, does, NT_APP_ICE, .frames = true, .when = who, .edit = how}

const struct fault faults_of_turn_requests[] = {
    ROW("turn-wrongly-signed", "the HMAC of its TURN requests is wrong", asks_signed, wrong_hmac),
    ROW("turn-permission-unsigned", "its CreatePermission requests have no integrity", asks_permission_signed, no_integrity),
    ROW("turn-permission-without-user", "its CreatePermission requests have no USERNAME", asks_permission_signed, no_username),
    ROW("turn-permission-without-realm", "its CreatePermission requests have no REALM", asks_permission_signed, no_realm),
    ROW("turn-permission-without-nonce", "its CreatePermission requests have no NONCE", asks_permission_signed, no_nonce),
    ROW("turn-permission-bare", "its CreatePermission requests have no credentials", asks_permission_signed, no_credentials),
    ROW("turn-user-at-once", "its first request has USERNAME", asks_bare, user_at_once),
    ROW("turn-nonce-at-once", "its first request has NONCE", asks_bare, nonce_at_once),
    ROW("turn-user-too-long", "USERNAME of its requests has 520 bytes", asks_signed, user_too_long),
    ROW("turn-user-not-utf8", "USERNAME of its requests is no UTF-8", asks_signed, user_not_utf8),
    ROW("turn-nonce-too-long", "NONCE of its requests has 130 characters", asks_signed, nonce_too_long),
    ROW("turn-realm-too-long", "REALM of its requests has 130 characters", asks_signed, realm_too_long),
    ROW("turn-software-too-long", "SOFTWARE of its requests has 130 characters", asks_turn, software_too_long),
    ROW("turn-hashed-user", "its requests have USERHASH, for which the server did not ask", asks_signed, hashed_user),
    ROW("turn-keeps-nonce", "it goes on with its first nonce after 438", asks_signed, keep_nonce),
    ROW("turn-own-nonce", "its nonce is its own", asks_signed, own_nonce),
    ROW("turn-features-cut", "it clears the security feature bits of the nonce", asks_with_algorithms, features_cut),
    ROW("turn-both-integrities", "its requests have both kinds of integrity", asks_signed, both_integrities),
    ROW("turn-sha1-alone", "its requests have MESSAGE-INTEGRITY, although there are password algorithms", asks_with_algorithms, sha1_alone),
    ROW("turn-short-integrity", "MESSAGE-INTEGRITY-SHA256 of its requests has 12 bytes", asks_by_sha256, short_sha256),
    ROW("turn-no-algorithms", "its requests do not have the password algorithms", asks_with_algorithms, no_algorithms),
    ROW("turn-no-list-of-algorithms", "its requests have PASSWORD-ALGORITHM alone", asks_with_algorithms, no_list_of_algorithms),
    ROW("turn-other-algorithms", "PASSWORD-ALGORITHMS of its requests are not the server's", asks_with_algorithms, other_algorithms),
    ROW("turn-after-integrity", "SOFTWARE follows the integrity", asks_signed, after_integrity),
    ROW("turn-no-transport", "its Allocate requests have no REQUESTED-TRANSPORT", asks_allocate, no_transport),
    ROW("turn-unknown-transport", "REQUESTED-TRANSPORT is SCTP", asks_allocate, unknown_transport),
    ROW("turn-transport-reserved", "reserved bits of REQUESTED-TRANSPORT are set", asks_allocate, transport_reserved),
    ROW("turn-family-reserved", "reserved bits of REQUESTED-ADDRESS-FAMILY are set", asks_allocate, family_reserved),
    ROW("turn-family-twice", "its Allocate requests have REQUESTED-ADDRESS-FAMILY twice", asks_allocate, family_twice),
    ROW("turn-additional-ipv4", "ADDITIONAL-ADDRESS-FAMILY is IPv4", asks_allocate, additional_ipv4),
    ROW("turn-additional-and-requested", "its Allocate requests have both attributes of families", asks_allocate, additional_and_requested),
    ROW("turn-token-and-even-port", "its Allocate requests have RESERVATION-TOKEN and EVEN-PORT", asks_allocate, token_and_even_port),
    ROW("turn-long-even-port", "EVEN-PORT has two bytes", asks_allocate, long_even_port),
    ROW("turn-even-port", "it asks for an even port and the next one: its right", asks_allocate, even_port),
    ROW("turn-short-lifetime", "LIFETIME has two bytes", asks_allocate, short_lifetime),
    ROW("turn-endless-lifetime", "it asks for a lifetime of 136 years: its right", asks_allocate, endless_lifetime),
    ROW("turn-refresh-other-family", "its Refresh requests name a family that it did not allocate", asks_refresh, refresh_other_family),
    ROW("turn-no-peer", "its CreatePermission requests name no peer", asks_permission, no_peer),
    ROW("turn-foreign-peer", "the peer of its permissions has another family than its relayed address", asks_permission, foreign_peer),
    ROW("turn-number-too-high", "it binds a channel above 0x4FFF", asks_channel, number_too_high),
    ROW("turn-number-too-low", "it binds a channel below 0x4000", asks_channel, number_too_low),
    ROW("turn-number-reserved", "reserved bits of CHANNEL-NUMBER are set", asks_channel, number_reserved),
    ROW("turn-unknown-attribute", "its requests have an unknown attribute that must be understood: its right", asks_turn, unknown_attribute),
    ROW("turn-padding", "the padding of its attributes is not zero", asks_turn, padding),
    ROW("turn-fingerprint", "its requests have FINGERPRINT: its right", asks_turn, fingerprint),
    ROW("turn-wrong-fingerprint", "FINGERPRINT of its requests is wrong", asks_turn, wrong_fingerprint),
    ROW("turn-wrong-length", "the length of its requests is four too long", asks_turn, wrong_length),
    ROW("turn-wrong-cookie", "its requests have another magic cookie", asks_turn, wrong_cookie),
    {0},
};
// clang-format on
