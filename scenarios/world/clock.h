/* How time passes in a world: virtual time (run/clock_virtual.h), or real time with real programs (programs/clock_real.h). */
#ifndef NT_WORLD_CLOCK_H
#define NT_WORLD_CLOCK_H

#include "natsim/fabric/fabric.h"
#include "scenarios/world/world.h"

struct nt_run_clock {
    /* Nothing more is expected, except packets that are still under way. */
    bool (*settled)(void *user, const struct nt_world *w);
    /* When a settled world ends, unless something happens before. */
    nt_time (*end)(void *user, const struct nt_world *w);
    /* Runs the world to `until` at most, real time until something happens. NT_FABRIC_IDLE: nothing is left to wait for. */
    enum nt_fabric_end (*advance)(void *user, struct nt_world *w, nt_time until);
    /* Writes what still goes on in a world that has ended because its time is over; "": nothing. */
    void (*cut)(void *user, const struct nt_world *w, char *buf, size_t cap);
    bool real_time; /* the times in the capture are measured, not exact */
    void *user;
};

#endif
