/* Datagrams of the application that wait to leave (RFC 8445, section 12). */
#ifndef NT_ICE_DATA_H
#define NT_ICE_DATA_H

#include "core/ice/types.h"

#define NT_ICE_DATA_MAX 64

struct nt_ice_datagram {
    uint8_t *bytes; /* valid until the next put */
    size_t len, cap;
    size_t component; /* its place */
    bool df;
};

struct nt_ice_data;

struct nt_ice_data *nt_ice_data_new(void); /* NULL without memory */
void nt_ice_data_del(struct nt_ice_data *q);
int nt_ice_data_put(struct nt_ice_data *q, size_t component, const uint8_t *bytes, size_t len,
                    bool df);                                          /* NT_OK, NT_ELIMIT: full or too long, NT_ENOMEM */
const struct nt_ice_datagram *nt_ice_data_take(struct nt_ice_data *q); /* NULL: there is none */
size_t nt_ice_data_clear(struct nt_ice_data *q);                       /* how many were waiting */

#endif
