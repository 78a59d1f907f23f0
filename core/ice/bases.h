/* The bases: a port on each interface for each component, asked of the owner. A base's number is its place, which is never
 * another's: one whose interface has gone, or whose port is given back, keeps it. */
#ifndef NT_ICE_BASES_H
#define NT_ICE_BASES_H

#include "core/ice/record.h"

#define NT_ICE_BASES_MAX 1024 /* at a time; and NT_ICE_NO_BASE of an agent's whole life */
#define NT_ICE_NO_BASE UINT16_MAX

enum nt_ice_base_state { NT_ICE_BASE_ASKED = 0, NT_ICE_BASE_BOUND, NT_ICE_BASE_REFUSED, NT_ICE_BASE_GONE };

struct nt_ice_base {
    struct nt_addr addr;
    uint8_t stream;
    uint16_t component;
    enum nt_ice_base_state state;
    uint32_t rank; /* of its interface; lower is preferred */
    bool spare;    /* a port of a TURN client alone: no candidate has it for its base */
};

struct nt_ice_bases;

struct nt_ice_bases *nt_ice_bases_new(struct nt_ice_record *record); /* NULL without memory */
void nt_ice_bases_del(struct nt_ice_bases *b);
/* True: it may have bases from now on. At most NT_ICE_INTERFACES_MAX; whichever may not is traced, but for one that is there. */
bool nt_ice_bases_add_interface(struct nt_ice_bases *b, const struct nt_ice_config *config, const struct nt_addr *addr,
                                nt_time now);
bool nt_ice_bases_remove_interface(struct nt_ice_bases *b, const struct nt_addr *addr); /* false: it is not there */
/* Each component's on each interface that has none yet; ranks anew, in falling preference: both families mixed as RFC 8421, 4 has
 * it. NT_OK; NT_ENOMEM, NT_ELIMIT: as it was. */
int nt_ice_bases_make(struct nt_ice_bases *b, const struct nt_ice_config *config);
void nt_ice_bases_unmake(struct nt_ice_bases *b);
uint16_t nt_ice_bases_count(const struct nt_ice_bases *b);
const struct nt_ice_base *nt_ice_bases_at(const struct nt_ice_bases *b, uint16_t i);
uint16_t nt_ice_bases_find(const struct nt_ice_bases *b, const struct nt_addr *local); /* a bound one, or NT_ICE_NO_BASE */
/* The interface is gone, and so are its bases; and a base is given up. Bound ports are given back. */
void nt_ice_bases_close_interface(struct nt_ice_bases *b, const struct nt_addr *addr);
void nt_ice_bases_close(struct nt_ice_bases *b, uint16_t i);
int nt_ice_bases_request(struct nt_ice_bases *b, struct nt_request *req); /* 1: *req is one */
/* The owner's answer to the bind request path->id. False: to none of ours. */
bool nt_ice_bases_answer(struct nt_ice_bases *b, const struct nt_path *path, bool granted);
bool nt_ice_bases_answered(const struct nt_ice_bases *b); /* all of them */
/* Another port on the address of base `like`, which is to be bound: NT_ICE_NO_BASE when there is no room. */
uint16_t nt_ice_bases_add_spare(struct nt_ice_bases *b, uint16_t like);

#endif
