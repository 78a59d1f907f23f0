/* The place of a fragment in its datagram (RFC 791, 3.2; RFC 8200, 4.5). */
#ifndef NT_PACKET_PIECE_H
#define NT_PACKET_PIECE_H

#include "natsim/packet/packet.h"

struct nt_piece {
    uint32_t id;      /* identification */
    uint32_t at, len; /* of the datagram's data, which lie behind the header that all fragments have */
    uint32_t header;  /* the length of that in the whole datagram */
    uint32_t data;    /* where the data begin in this packet: with IPv6, behind a Fragment header */
    bool more;        /* it is not the last */
};

struct nt_piece nt_piece_of(const struct nt_packet *p); /* p is a fragment */

#endif
