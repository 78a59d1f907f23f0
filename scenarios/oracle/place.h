/* Where a packet is in the oracle's world. */
#ifndef NT_ORACLE_PLACE_H
#define NT_ORACLE_PLACE_H

#include "scenarios/model/case.h"

/* A node and the number of one of its attachments; those of a gateway are the inside ones, then the outside. NT_ORACLE_ANY: the
 * node chooses by its routes; of what is down: all of them. */
struct nt_oracle_place {
    enum nt_scn_node_kind kind;
    uint32_t index, port;
};
#define NT_ORACLE_ANY UINT32_MAX

#endif
