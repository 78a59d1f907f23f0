/* STUN messages (RFC 8489, sections 5, 14) over the caller's bytes. Parsing copies nothing and checks every size once;
 * building writes into the caller's buffer. */
#ifndef NT_STUN_MESSAGE_H
#define NT_STUN_MESSAGE_H

#include "core/base/addr.h"
#include "core/base/bytes.h"
#include "core/base/trace.h"
#include "core/stun/attributes.h"
#include "core/stun/integrity.h"

#include <stdbool.h>

#define NT_STUN_HEADER 20
#define NT_STUN_COOKIE UINT32_C(0x2112A442)
#define NT_STUN_ID 12
#define NT_STUN_ATTRS_EACH 48 /* so many attributes are listed, whatever their type; beyond them the first of each other type, */
#define NT_STUN_ATTRS_MAX 64  /* but none that may be ignored, up to so many: a further type makes the message NT_ELIMIT */
#define NT_STUN_UNKNOWN_MAX 16

enum nt_stun_class { NT_STUN_REQUEST = 0, NT_STUN_INDICATION = 1, NT_STUN_SUCCESS = 2, NT_STUN_ERROR = 3 };

struct nt_stun_attr {
    uint16_t type, len;   /* len: unpadded */
    const uint8_t *value; /* within the caller's bytes */
};

/* A view; valid as long as the bytes are. nt_stun_next_attr also gives what is not listed. Attributes after MESSAGE-INTEGRITY
 * (other than MESSAGE-INTEGRITY-SHA256 and FINGERPRINT) do not count (section 9). */
struct nt_stun_msg {
    const uint8_t *bytes;
    size_t len;
    uint16_t method;
    uint8_t class_;
    const uint8_t *id;                                                     /* NT_STUN_ID bytes */
    const struct nt_stun_attr *integrity, *integrity_sha256, *fingerprint; /* into attrs, or NULL */
    uint16_t count, unknown_count;
    uint16_t old_count; /* attributes of a response that are passed over (nt_stun_attr_is_old) */
    struct nt_stun_attr attrs[NT_STUN_ATTRS_MAX];
    uint16_t unknown[NT_STUN_UNKNOWN_MAX]; /* the first comprehension-required types that are not known to the method */
};

/* RFC 7983: could these bytes be STUN (first byte 0..3, cookie, length)? */
bool nt_stun_looks_like(const uint8_t *bytes, size_t len);
/* 0, or NT_ESHORT, NT_EFORMAT, NT_ELIMIT (class, method and id are valid). The length field must match `len` exactly. FINGERPRINT,
 * if there, is last (else NT_EFORMAT) and right (else NT_EAUTH); integrity is not verified. The view points into itself: it must
 * not be copied. */
int nt_stun_parse(struct nt_stun_msg *m, const uint8_t *bytes, size_t len);
const struct nt_why *nt_stun_flaw(int err); /* what an error of nt_stun_parse means */
/* All attributes up to the integrity, in order: *a starts as {0}. False: there is no further one. */
bool nt_stun_next_attr(const struct nt_stun_msg *m, struct nt_stun_attr *a);
const struct nt_stun_attr *nt_stun_find(const struct nt_stun_msg *m, uint16_t type); /* the first, or NULL */
/* 0, NT_ENOENT when absent, NT_EFORMAT when of the wrong size. */
int nt_stun_get_u32(const struct nt_stun_msg *m, uint16_t type, uint32_t *value);
int nt_stun_get_u64(const struct nt_stun_msg *m, uint16_t type, uint64_t *value);
int nt_stun_get_addr(const struct nt_stun_msg *m, uint16_t type, struct nt_addr *a); /* XORed or not, by type */
int nt_stun_get_error(const struct nt_stun_msg *m, int *code, const char **reason, size_t *reason_len);
int nt_stun_attr_addr(const struct nt_stun_msg *m, const struct nt_stun_attr *attr, struct nt_addr *a);

/* Verifies MESSAGE-INTEGRITY (or -SHA256). 0, NT_ENOENT when absent, NT_EAUTH when wrong. Constant time. */
int nt_stun_verify(const struct nt_stun_msg *m, const struct nt_stun_key *key);
int nt_stun_verify_sha256(const struct nt_stun_msg *m, const struct nt_stun_key *key);

/* Builder: start, add attributes, finish with integrity and fingerprint in this order. Errors stick in w.err. */
struct nt_stun_builder {
    struct nt_writer w;
};

void nt_stun_start(struct nt_stun_builder *b, uint8_t *buf, size_t cap, enum nt_stun_class class_, uint16_t method,
                   const uint8_t id[NT_STUN_ID]);
void nt_stun_add(struct nt_stun_builder *b, uint16_t type, const void *value, size_t len); /* pads with zeros */
void nt_stun_add_text(struct nt_stun_builder *b, uint16_t type, const char *text);
void nt_stun_add_u32(struct nt_stun_builder *b, uint16_t type, uint32_t value);
void nt_stun_add_u64(struct nt_stun_builder *b, uint16_t type, uint64_t value);
void nt_stun_add_addr(struct nt_stun_builder *b, uint16_t type, const struct nt_addr *a); /* XORed or not, by type */
/* UNKNOWN-ATTRIBUTES: all those of m, and the types `also` that it has, too. */
void nt_stun_add_unknown(struct nt_stun_builder *b, const struct nt_stun_msg *m, const uint16_t *also, size_t also_count);
void nt_stun_add_error(struct nt_stun_builder *b, int code, const char *reason); /* reason NULL: the registry's text */
void nt_stun_add_integrity(struct nt_stun_builder *b, const struct nt_stun_key *key);
void nt_stun_add_integrity_sha256(struct nt_stun_builder *b, const struct nt_stun_key *key);
void nt_stun_add_fingerprint(struct nt_stun_builder *b);
/* The message's length, or a negative error. */
int nt_stun_finish(const struct nt_stun_builder *b);

#endif
