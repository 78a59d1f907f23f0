/* One agent of a case as steps, the run and the report see it: our own agent (apps/agent.h), or a process (programs/agent.h). */
#ifndef NT_APPS_PARTY_H
#define NT_APPS_PARTY_H

#include "reports/result/result.h"
#include "scenarios/model/case.h"

struct nt_data_flow;

/* The datagrams that one agent sent, and how many of them arrived. */
struct nt_data_count {
    uint64_t sent, received;
    uint64_t marked;                  /* of the received, those that carry the magic */
    const uint8_t *magic;             /* NT_DATA_MAGIC bytes that no other agent's datagrams carry; NULL: unknown */
    const struct nt_data_flow *flows; /* in the order of their indexes (data_flow.h); none of a process */
    size_t flow_count;
    bool told; /* an ICMP error has told this agent that a packet was too large */
};

/* The other agent of the call. */
struct nt_peer_kind {
    bool process;  /* data is probes that it sends back (tests/interop/README.md) */
    bool webrtc;   /* a process that sends data above DTLS: against our agent only ICE connects */
    bool trickles; /* it can */
};

struct nt_party_ops {
    /* before the call, where processes take part */
    void (*meets)(void *self, const struct nt_peer_kind *peer);
    /* steps */
    void (*call)(void *self, nt_time now);
    int (*reoffer)(void *self, nt_time now); /* NT_ESTATE before an answered call */
    /* NT_ESTATE before an answered call; NT_EUNSUPPORTED: a process that cannot. */
    int (*restart)(void *self, nt_time now);
    int (*hangup)(void *self, nt_time now);
    int (*renominate)(void *self, const struct nt_scn_step *step, nt_time now);
    /* Why one of the four has refused with NT_ESTATE. */
    const char *(*objection)(const void *self, const struct nt_scn_step *step);
    int (*signal)(void *self, const struct nt_scn_step *step); /* from now on; 0 or NT_ENOMEM */
    int (*send)(void *self, const struct nt_scn_send *run, nt_time now);
    /* The peer received this datagram. True: it is one of this agent's, received for the first time; its number. */
    bool (*note_delivery)(void *self, const uint8_t *bytes, size_t len, uint32_t *number, nt_time now);
    /* The peer receives no more: data that go on with the call end. */
    void (*unheard)(void *self, nt_time now);
    /* the run */
    bool (*waits)(const void *self);   /* for the peer's first description, and for nothing else */
    bool (*goes_on)(const void *self); /* gathers, checks, or has data to send */
    enum nt_ice_state (*state)(const void *self);
    /* the report */
    struct nt_data_count (*data)(const void *self); /* sent by this agent */
    nt_time (*selected_at)(const void *self);       /* all components; NT_TIME_NEVER: not yet */
    bool (*selected)(const void *self, struct nt_addr *local, struct nt_addr *remote);
    int (*describe)(const void *self, struct nt_result_agent *r); /* all but the name and peer-reflexive candidates */
};

struct nt_party {
    const struct nt_party_ops *ops;
    void *self;
};

#endif
