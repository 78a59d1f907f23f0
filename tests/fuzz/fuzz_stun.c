/* STUN messages: parse arbitrary bytes, and read everything a parsed message offers. */
#include "core/stun/binding_answer.h"
#include "core/stun/stun.h"
#include "tests/fuzz/feed.h"

static void read_attributes(const struct nt_stun_msg *m)
{
    for (unsigned i = 0; i < m->count; i++) {
        const struct nt_stun_attr *a = &m->attrs[i];
        struct nt_addr addr;
        uint32_t u32;
        uint64_t u64;
        CHECK(a->value >= m->bytes + NT_STUN_HEADER && a->value + a->len <= m->bytes + m->len);
        CHECK(nt_stun_find(m, a->type) != NULL);
        nt_stun_attr_addr(m, a, &addr);
        nt_stun_get_addr(m, a->type, &addr);
        nt_stun_get_u32(m, a->type, &u32);
        nt_stun_get_u64(m, a->type, &u64);
        nt_stun_attr_name(a->type);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_stun_msg m;
    struct nt_stun_key key;
    const char *reason;
    size_t reason_len;
    int code;
    uint8_t out[2048];
    nt_stun_looks_like(data, size);
    if (nt_stun_parse(&m, data, size) != 0)
        return 0;
    CHECK(m.count <= NT_STUN_ATTRS_MAX && m.unknown_count <= NT_STUN_UNKNOWN_MAX);
    read_attributes(&m);
    if (nt_stun_get_error(&m, &code, &reason, &reason_len) == 0)
        CHECK(code >= 300 && code <= 699 && (const uint8_t *)reason + reason_len <= data + size);
    nt_stun_key_short(&key, "VOkJxbRl1RmTxUk/WvJxBt"); /* RFC 5769, 2.1 */
    nt_stun_verify(&m, &key);
    nt_stun_verify_sha256(&m, &key);
    const struct nt_binding_sockets sockets = {.at = {nt_addr_v4(0xc0000202, 3478)}, .count = 1};
    const struct nt_path from = {.transport = NT_UDP, .remote = nt_addr_v4(0xc0000201, 32853)};
    const struct nt_binding_request q = {.msg = &m, .cookie = NT_STUN_COOKIE, .path = &from, .sockets = &sockets};
    struct nt_path path;
    size_t len = nt_binding_answer(&q, &(struct nt_stun_decision){0}, "test vector", &path, out, sizeof out);
    CHECK(len == 0 || nt_stun_parse(&m, out, len) == 0);
    return 0;
}
