#include "core/ice/bases.h"
#include "core/base/err.h"
#include "core/ice/candidate.h"

#include <stdlib.h>
#include <string.h>

#define NT_ICE_SPARES 2 /* of each TURN server and base: it is asked from three ports at most (RFC 8656, 7.4, of 437) */

struct nt_ice_bases {
    struct nt_ice_record *record;
    struct nt_addr interfaces[NT_ICE_INTERFACES_MAX];
    size_t interface_count;
    struct nt_ice_base *items;
    uint16_t count, cap, asked, answered; /* asked: requests handed out */
    /* Bound ones by address: places in items, with at least as many free slots. */
    uint16_t *slots;
    size_t slot_count; /* a power of two */
};

struct nt_ice_bases *nt_ice_bases_new(struct nt_ice_record *record)
{
    struct nt_ice_bases *b = calloc(1, sizeof *b);
    if (b != NULL)
        b->record = record;
    return b;
}

void nt_ice_bases_del(struct nt_ice_bases *b)
{
    if (b == NULL)
        return;
    nt_ice_bases_unmake(b);
    free(b);
}

void nt_ice_bases_unmake(struct nt_ice_bases *b)
{
    free(b->items);
    free(b->slots);
    b->items = NULL;
    b->slots = NULL;
    b->slot_count = 0;
    b->count = b->cap = b->asked = b->answered = 0;
}

void nt_ice_bases_add_interface(struct nt_ice_bases *b, const struct nt_addr *addr, nt_time now)
{
    if (b->interface_count < NT_ICE_INTERFACES_MAX)
        b->interfaces[b->interface_count++] = *addr;
    else
        nt_ice_record_drop(b->record, addr, NULL, "no room for another interface", now);
}

bool nt_ice_bases_has_interface(const struct nt_ice_bases *b, const struct nt_addr *addr)
{
    for (size_t i = 0; i < b->interface_count; i++)
        if (nt_addr_same_ip(&b->interfaces[i], addr))
            return true;
    return false;
}

/* The interfaces of a family that may have bases, in the owner's order. */
static size_t choose_family(const struct nt_ice_bases *b, uint8_t family, bool ipv6, struct nt_addr *chosen)
{
    size_t n = 0;
    for (size_t i = 0; i < b->interface_count; i++)
        if (b->interfaces[i].family == family && nt_ice_address_usable(&b->interfaces[i], ipv6))
            chosen[n++] = b->interfaces[i];
    return n;
}

/* RFC 8421, 4: "Candidates should be prioritized such that a sequence of candidates belonging to the same address family will be
 * intermingled with candidates from an alternate IP family": those of the preferred one have a head start of Hi = (N_4 + N_6) / N_4
 * addresses (N_4: of the other), then both take turns. */
static size_t mix_families(const struct nt_addr *preferred, size_t count, const struct nt_addr *other, size_t other_count,
                           struct nt_addr *mixed)
{
    size_t head = other_count > 0 ? (count + other_count) / other_count : count, p = 0, o = 0;
    while (p + o < count + other_count) {
        size_t n = p + o;
        bool takes_preferred = p < count && (o == other_count || n < head || (n - head) % 2 == 1);
        mixed[n] = takes_preferred ? preferred[p++] : other[o++];
    }
    return count + other_count;
}

static size_t order_interfaces(const struct nt_ice_bases *b, const struct nt_ice_config *config, struct nt_addr *ordered)
{
    struct nt_addr v4[NT_ICE_INTERFACES_MAX], v6[NT_ICE_INTERFACES_MAX];
    size_t n4 = choose_family(b, NT_AF_IPV4, config->ipv6, v4), n6 = choose_family(b, NT_AF_IPV6, config->ipv6, v6);
    return config->prefer == NT_ICE_PREFER_IPV6 ? mix_families(v6, n6, v4, n4, ordered) : mix_families(v4, n4, v6, n6, ordered);
}

static void trace_unusable(const struct nt_ice_bases *b, const struct nt_ice_config *config, nt_time now)
{
    for (size_t i = 0; i < b->interface_count; i++)
        if (!nt_ice_address_usable(&b->interfaces[i], config->ipv6))
            nt_ice_record_drop(b->record, &b->interfaces[i], NULL,
                               b->interfaces[i].family == NT_AF_IPV6 && !config->ipv6
                                   ? "an interface's address gets no base: IPv6 is off"
                                   : "an interface's address gets no base: it may be no candidate (RFC 8445, 5.1.1.1)",
                               now);
}

int nt_ice_bases_make(struct nt_ice_bases *b, const struct nt_ice_config *config, nt_time now)
{
    struct nt_addr ordered[NT_ICE_INTERFACES_MAX];
    size_t usable = order_interfaces(b, config, ordered);
    size_t most = (size_t)config->streams * config->components * usable;
    size_t spares = NT_ICE_SPARES * config->turn_count * most;
    if (most > NT_ICE_BASES_MAX)
        return NT_ELIMIT;
    b->cap = (uint16_t)(most + spares < NT_ICE_BASES_MAX ? most + spares : NT_ICE_BASES_MAX);
    b->items = calloc(b->cap + 1U, sizeof *b->items);
    b->slot_count = 2;
    while (b->slot_count < 2U * b->cap)
        b->slot_count *= 2;
    b->slots = malloc(b->slot_count * sizeof *b->slots);
    if (b->items == NULL || b->slots == NULL) {
        nt_ice_bases_unmake(b);
        return NT_ENOMEM;
    }
    memset(b->slots, 0xff, b->slot_count * sizeof *b->slots); /* NT_ICE_NO_BASE */
    for (unsigned s = 1; s <= config->streams; s++)
        for (unsigned c = 1; c <= config->components; c++)
            for (size_t i = 0; i < usable; i++)
                b->items[b->count++] =
                    (struct nt_ice_base){.addr = nt_addr_with_port(&ordered[i], 0), .stream = (uint8_t)s, .component = (uint16_t)c};
    trace_unusable(b, config, now);
    return NT_OK;
}

uint16_t nt_ice_bases_count(const struct nt_ice_bases *b)
{
    return b->count;
}

const struct nt_ice_base *nt_ice_bases_at(const struct nt_ice_bases *b, uint16_t i)
{
    return &b->items[i];
}

/* The slot of an address, or the free one where it would be. */
static size_t slot_of(const struct nt_ice_bases *b, const struct nt_addr *addr)
{
    size_t slot = (addr->port ^ addr->ip[3] * 257U ^ addr->ip[15] * 4099U) & (b->slot_count - 1);
    while (b->slots[slot] != NT_ICE_NO_BASE && !nt_addr_equal(&b->items[b->slots[slot]].addr, addr))
        slot = (slot + 1) & (b->slot_count - 1);
    return slot;
}

uint16_t nt_ice_bases_find(const struct nt_ice_bases *b, const struct nt_addr *local)
{
    return b->slots != NULL ? b->slots[slot_of(b, local)] : NT_ICE_NO_BASE;
}

int nt_ice_bases_request(struct nt_ice_bases *b, struct nt_request *req)
{
    if (b->asked == b->count)
        return 0;
    uint16_t i = b->asked++;
    *req = (struct nt_request){.kind = NT_REQ_BIND, .path = {.transport = NT_UDP, .id = i + 1U, .local = b->items[i].addr}};
    return 1;
}

bool nt_ice_bases_answer(struct nt_ice_bases *b, const struct nt_path *path, bool granted)
{
    if (path->id == 0 || path->id > b->asked || b->items[path->id - 1].state != NT_ICE_BASE_ASKED)
        return false;
    struct nt_ice_base *base = &b->items[path->id - 1];
    b->answered++;
    base->state = granted ? NT_ICE_BASE_BOUND : NT_ICE_BASE_REFUSED;
    if (granted) {
        base->addr = path->local;
        b->slots[slot_of(b, &path->local)] = (uint16_t)(path->id - 1);
    }
    return true;
}

bool nt_ice_bases_answered(const struct nt_ice_bases *b)
{
    return b->answered >= b->count;
}

uint16_t nt_ice_bases_add_spare(struct nt_ice_bases *b, uint16_t like)
{
    if (b->count == b->cap)
        return NT_ICE_NO_BASE;
    struct nt_ice_base *spare = &b->items[b->count];
    *spare = b->items[like];
    spare->addr.port = 0;
    spare->state = NT_ICE_BASE_ASKED;
    spare->spare = true;
    return b->count++;
}
