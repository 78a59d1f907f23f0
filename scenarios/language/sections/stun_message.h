/* A STUN message as a scenario writes it, made into bytes. */
#ifndef NT_SECTIONS_STUN_MESSAGE_H
#define NT_SECTIONS_STUN_MESSAGE_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_table nt_table_stun;

/* Returns its length in `buf`; 0 with an error. `number` of the step: seeds the transaction ID. */
size_t nt_load_stun_message(struct nt_load *l, const struct nt_yaml *v, size_t number, uint8_t *buf, size_t cap);

#endif
