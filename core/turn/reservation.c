#include "core/turn/reservation.h"
#include "core/base/err.h"

#include <stdlib.h>
#include <string.h>

void nt_turn_reservations_free(struct nt_turn_reservations *v)
{
    free(v->items);
    *v = (struct nt_turn_reservations){0};
}

/* Its index, or the count. */
static size_t reservation_of(const struct nt_turn_reservations *v, uint64_t token)
{
    size_t i = 0;
    while (i < v->count && v->items[i].token != token)
        i++;
    return i;
}

bool nt_turn_reservation_known(const struct nt_turn_reservations *v, uint64_t token)
{
    return reservation_of(v, token) < v->count;
}

uint64_t nt_turn_reservation_make(struct nt_turn_reservations *v, struct nt_turn_allocations *t, const struct nt_addr *addr,
                                  struct nt_rand *rand, nt_time now)
{
    struct nt_turn_reservation made = {.addr = *addr, .expires = nt_time_after(now, NT_TURN_RESERVATION_LIFETIME)};
    do
        made.token = nt_rand_u64(rand);
    while (made.token == 0 || nt_turn_reservation_known(v, made.token));
    if (nt_grow(&v->items, &v->cap, v->count + 1, sizeof made, NT_TURN_RESERVATIONS_MAX) != NT_OK ||
        nt_turn_address_hold(t, addr) != NT_OK)
        return 0;
    v->items[v->count++] = made;
    return made.token;
}

static void remove_reservation(struct nt_turn_reservations *v, struct nt_turn_allocations *t, size_t i)
{
    nt_turn_address_release(t, &v->items[i].addr);
    memmove(v->items + i, v->items + i + 1, (--v->count - i) * sizeof *v->items);
}

struct nt_addr nt_turn_reservation_redeem(struct nt_turn_reservations *v, struct nt_turn_allocations *t, uint64_t token)
{
    size_t i = reservation_of(v, token);
    struct nt_addr addr = v->items[i].addr;
    remove_reservation(v, t, i);
    return addr;
}

void nt_turn_reservations_expire(struct nt_turn_reservations *v, struct nt_turn_allocations *t, nt_time now)
{
    while (v->count > 0 && v->items[0].expires <= now)
        remove_reservation(v, t, 0);
}

nt_time nt_turn_reservations_deadline(const struct nt_turn_reservations *v)
{
    return v->count > 0 ? v->items[0].expires : NT_TIME_NEVER;
}
