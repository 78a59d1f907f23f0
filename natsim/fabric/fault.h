/* Faults that steps of a scenario inject: packets matched on arrival at a gateway, before filter and translation, or at a host when
 * they leave. */
#ifndef NT_FABRIC_FAULT_H
#define NT_FABRIC_FAULT_H

#include "natsim/fabric/packets.h"

enum nt_fault_kind { NT_FAULT_DROP = 1, NT_FAULT_DUPLICATE, NT_FAULT_CORRUPT, NT_FAULT_DELAY };

struct nt_fault {
    enum nt_fault_kind kind;
    uint32_t node;
    bool on_arrival;                                                 /* a gateway; else when it leaves */
    bool (*match)(void *user, const uint8_t *ip_packet, size_t len); /* NULL: all */
    void *user;
    const uint32_t *nth; /* which matches, from 1; count 0: all. Kept by the caller */
    size_t nth_count;
    nt_time until; /* NT_TIME_NEVER */
    nt_time by;    /* of a delay */
};

int nt_fabric_add_fault(struct nt_fabric *f, const struct nt_fault *fault); /* copied; matches count from now on */

/* What a node's faults do to a packet; they may also damage it. */
struct nt_fault_effect {
    bool drop;
    uint32_t copies;
    nt_time by; /* of delay */
};

struct nt_fault_effect nt_fault_apply(struct nt_fabric *f, uint32_t node, bool on_arrival, struct nt_packet *p, nt_time now);

#endif
