/* A STUN message as a list of attributes that can be changed: all that is not touched is written as it was read, the integrity is
 * made anew with the key, and FINGERPRINT is that of the new bytes; so exactly one thing is wrong. */
#ifndef FAULTY_STUN_EDIT_H
#define FAULTY_STUN_EDIT_H

#include "core/stun/stun.h"

#define STUN_EDIT_ATTRS 64
#define STUN_EDIT_POOL 4096

struct stun_edit_attr {
    uint16_t type, len;
    uint16_t at; /* of the value, in the pool */
};

struct stun_edit {
    uint8_t class_;
    uint16_t method;
    uint8_t id[NT_STUN_ID];
    struct stun_edit_attr attrs[STUN_EDIT_ATTRS];
    size_t count;
    /* its form */
    uint32_t cookie;
    uint8_t padding;                             /* the value of each padding byte */
    size_t trailing;                             /* zeros after the last attribute */
    int length_off;                              /* added to the length field */
    bool wrong_hmac, wrong_fingerprint, overrun; /* overrun: the last attribute is longer than the message */
    uint8_t pool[STUN_EDIT_POOL];                /* values */
    size_t used;
};

/* False: it is no STUN message that can be edited. The values are copied. */
bool stun_edit_read(struct stun_edit *e, const uint8_t *bytes, size_t len);
/* The length. `key` NULL: the integrity stays as it was read. */
size_t stun_edit_write(const struct stun_edit *e, const struct nt_stun_key *key, uint8_t *buf, size_t cap);

const uint8_t *stun_edit_value(const struct stun_edit *e, const struct stun_edit_attr *a);
struct stun_edit_attr *stun_edit_find(struct stun_edit *e, uint16_t type); /* the first, or NULL */
bool stun_edit_is_signed(const struct stun_edit *e);
bool stun_edit_has(const struct stun_edit *e, uint16_t type);
void stun_edit_remove(struct stun_edit *e, uint16_t type); /* all of this type */
void stun_edit_insert(struct stun_edit *e, size_t at, uint16_t type, const void *value, size_t len);
/* Replaces the value, or adds the attribute where it belongs: before the integrity and FINGERPRINT. */
void stun_edit_set(struct stun_edit *e, uint16_t type, const void *value, size_t len);
void stun_edit_add(struct stun_edit *e, uint16_t type, const void *value, size_t len); /* one more */
void stun_edit_set_id(struct stun_edit *e, const uint8_t id[NT_STUN_ID]);              /* and XORs IPv6 addresses with it */
void stun_edit_set_u32(struct stun_edit *e, uint16_t type, uint32_t value);
void stun_edit_set_u64(struct stun_edit *e, uint16_t type, uint64_t value);
void stun_edit_set_addr(struct stun_edit *e, uint16_t type, const struct nt_addr *a); /* XORed or not, by type */
void stun_edit_set_error(struct stun_edit *e, int code, const char *reason);
uint32_t stun_edit_u32(struct stun_edit *e, uint16_t type);                 /* 0: none */
uint64_t stun_edit_u64(struct stun_edit *e, uint16_t type);                 /* 0: none */
bool stun_edit_addr(struct stun_edit *e, uint16_t type, struct nt_addr *a); /* false: none */
int stun_edit_error(struct stun_edit *e);                                   /* the code; 0: none */

#endif
