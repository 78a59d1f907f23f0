/* What crossed the taps of the agents of a call: UDP datagrams, unwrapped from TURN, in the order of time. */
#ifndef NT_SWEEP_TAPS_H
#define NT_SWEEP_TAPS_H

#include "pcap/capture.h"
#include "scenarios/model/case.h"

struct nt_sweep_datagram {
    nt_time at;
    uint32_t agent, tap;                /* agent: its number in the case */
    bool out, dropped;                  /* dropped: it arrived where it could not be taken */
    struct nt_addr local, remote, peer; /* peer: of one that went through a relay of the agent */
    const uint8_t *bytes;               /* of the capture, unwrapped */
    size_t len;
};

struct nt_sweep_datagrams {
    struct nt_sweep_datagram *items;
    size_t count, cap;
};

/* `c` is kept whole in memory. 0 or NT_ENOMEM; nt_sweep_datagrams_free in either case. */
int nt_sweep_datagrams_read(struct nt_sweep_datagrams *d, const struct nt_scn_case *scn, const struct nt_capture *c);
void nt_sweep_datagrams_free(struct nt_sweep_datagrams *d);
/* The 5-tuple is the same. */
bool nt_sweep_same_flow(const struct nt_sweep_datagram *a, const struct nt_sweep_datagram *b);

#endif
