/* The ports that a TURN server holds for whoever brings their token (RFC 8656, section 7.2: EVEN-PORT, RESERVATION-TOKEN). */
#ifndef NT_TURN_RESERVATION_H
#define NT_TURN_RESERVATION_H

#include "core/base/rand.h"
#include "core/turn/allocation.h"

/* RFC 8656, 7.2: "The server MUST hold this reservation for at least 30 seconds" */
#define NT_TURN_RESERVATION_LIFETIME (30 * NT_SEC)
#define NT_TURN_RESERVATIONS_MAX 256

struct nt_turn_reservation {
    uint64_t token;
    struct nt_addr addr;
    nt_time expires;
};

struct nt_turn_reservations {
    struct nt_turn_reservation *items; /* in the order they were made, which is that of their expiry */
    size_t count, cap;
};

void nt_turn_reservations_free(struct nt_turn_reservations *v);
bool nt_turn_reservation_known(const struct nt_turn_reservations *v, uint64_t token);
/* Holds the address: its token; 0 when it is taken, at the limit, and without memory. */
uint64_t nt_turn_reservation_make(struct nt_turn_reservations *v, struct nt_turn_allocations *t, const struct nt_addr *addr,
                                  struct nt_rand *rand, nt_time now);
/* Ends the reservation of a known token: its address, no longer held. */
struct nt_addr nt_turn_reservation_redeem(struct nt_turn_reservations *v, struct nt_turn_allocations *t, uint64_t token);
void nt_turn_reservations_expire(struct nt_turn_reservations *v, struct nt_turn_allocations *t, nt_time now);
nt_time nt_turn_reservations_deadline(const struct nt_turn_reservations *v);

#endif
