#include "core/ice/bases.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/ice/candidate.h"

#include <stdlib.h>
#include <string.h>

/* What a base shows, and what it holds. */
struct base {
    struct nt_ice_base k;
    bool answered;   /* the owner has answered, or need not any more */
    bool heard;      /* the owner has answered */
    bool gives_back; /* its port is to be closed */
};

struct nt_ice_bases {
    struct nt_ice_record *record;
    struct nt_addr interfaces[NT_ICE_INTERFACES_MAX];
    size_t interface_count;
    struct base *items;
    size_t cap;
    uint16_t count, asked, answered; /* asked: requests handed out */
    uint16_t live, given_back;       /* not gone; ports that are to be closed */
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
    b->cap = b->slot_count = 0;
    b->count = b->asked = b->answered = b->live = b->given_back = 0;
}

static size_t find_interface(const struct nt_ice_bases *b, const struct nt_addr *addr)
{
    size_t i = 0;
    while (i < b->interface_count && !nt_addr_same_ip(&b->interfaces[i], addr))
        i++;
    return i;
}

/* NULL: it may have bases; otherwise why not. */
static const char *why_no_bases(const struct nt_ice_bases *b, const struct nt_ice_config *config, const struct nt_addr *addr)
{
    if (addr->family == NT_AF_IPV6 && !config->ipv6)
        return "an interface's address gets no base: IPv6 is off";
    if (!nt_ice_address_usable(addr, config->ipv6))
        return "an interface's address gets no base: it may be no candidate (RFC 8445, 5.1.1.1)";
    return b->interface_count < NT_ICE_INTERFACES_MAX ? NULL : "no room for another interface";
}

bool nt_ice_bases_add_interface(struct nt_ice_bases *b, const struct nt_ice_config *config, const struct nt_addr *addr, nt_time now)
{
    if (find_interface(b, addr) < b->interface_count)
        return false;
    const char *why = why_no_bases(b, config, addr);
    if (why != NULL)
        nt_ice_record_drop(b->record, addr, NULL, why, now);
    else
        b->interfaces[b->interface_count++] = *addr;
    return why == NULL;
}

bool nt_ice_bases_remove_interface(struct nt_ice_bases *b, const struct nt_addr *addr)
{
    size_t i = find_interface(b, addr);
    if (i == b->interface_count)
        return false;
    b->interface_count--;
    memmove(&b->interfaces[i], &b->interfaces[i + 1], (b->interface_count - i) * sizeof b->interfaces[0]);
    return true;
}

/* The interfaces of a family, in the owner's order. */
static size_t choose_family(const struct nt_ice_bases *b, uint8_t family, struct nt_addr *chosen)
{
    size_t n = 0;
    for (size_t i = 0; i < b->interface_count; i++)
        if (b->interfaces[i].family == family)
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
    size_t n4 = choose_family(b, NT_AF_IPV4, v4), n6 = choose_family(b, NT_AF_IPV6, v6);
    return config->prefer == NT_ICE_PREFER_IPV6 ? mix_families(v6, n6, v4, n4, ordered) : mix_families(v4, n4, v6, n6, ordered);
}

/* The slot of an address, or the free one where it would be. */
static size_t slot_of(const struct nt_ice_bases *b, const struct nt_addr *addr)
{
    size_t slot = (addr->port ^ addr->ip[3] * 257U ^ addr->ip[15] * 4099U) & (b->slot_count - 1);
    while (b->slots[slot] != NT_ICE_NO_BASE && !nt_addr_equal(&b->items[b->slots[slot]].k.addr, addr))
        slot = (slot + 1) & (b->slot_count - 1);
    return slot;
}

/* All bound ones are in their slots. */
static void fill_slots(struct nt_ice_bases *b)
{
    memset(b->slots, 0xff, b->slot_count * sizeof *b->slots); /* NT_ICE_NO_BASE */
    for (uint16_t i = 0; i < b->count; i++)
        if (b->items[i].k.state == NT_ICE_BASE_BOUND)
            b->slots[slot_of(b, &b->items[i].k.addr)] = i;
}

/* NT_OK; NT_ENOMEM, NT_ELIMIT: as it was. */
static int make_room(struct nt_ice_bases *b, size_t more)
{
    if (b->live + more > NT_ICE_BASES_MAX || b->count + more > NT_ICE_NO_BASE)
        return NT_ELIMIT;
    int r = nt_grow(&b->items, &b->cap, b->count + more + 1, sizeof *b->items, NT_ICE_NO_BASE + 1U);
    size_t slots = b->slot_count > 0 ? b->slot_count : 2;
    while (slots < 2 * (b->count + more))
        slots *= 2;
    if (r != NT_OK || slots == b->slot_count)
        return r;
    uint16_t *wider = malloc(slots * sizeof *wider);
    if (wider == NULL)
        return NT_ENOMEM;
    free(b->slots);
    b->slots = wider;
    b->slot_count = slots;
    fill_slots(b);
    return NT_OK;
}

static struct base *find_base(const struct nt_ice_bases *b, uint8_t stream, uint16_t component, const struct nt_addr *interface)
{
    for (uint16_t i = 0; i < b->count; i++) {
        const struct nt_ice_base *k = &b->items[i].k;
        if (k->stream == stream && k->component == component && nt_addr_same_ip(&k->addr, interface) && !k->spare &&
            k->state != NT_ICE_BASE_GONE)
            return &b->items[i];
    }
    return NULL;
}

/* The component's, on the interface of this rank. */
static void give_base(struct nt_ice_bases *b, uint8_t stream, uint16_t component, const struct nt_addr *interface, uint32_t rank)
{
    struct base *known = find_base(b, stream, component, interface);
    if (known != NULL) {
        known->k.rank = rank;
        return;
    }
    b->items[b->count++] =
        (struct base){.k = {.addr = nt_addr_with_port(interface, 0), .stream = stream, .component = component, .rank = rank}};
    b->live++;
}

int nt_ice_bases_make(struct nt_ice_bases *b, const struct nt_ice_config *config)
{
    struct nt_addr ordered[NT_ICE_INTERFACES_MAX];
    size_t usable = order_interfaces(b, config, ordered), more = 0;
    for (size_t i = 0; i < usable; i++) /* each has the bases of all components, or none */
        more += find_base(b, 1, 1, &ordered[i]) == NULL ? (size_t)config->streams * config->components : 0;
    int r = make_room(b, more);
    for (unsigned s = 1; r == NT_OK && s <= config->streams; s++)
        for (unsigned c = 1; c <= config->components; c++)
            for (uint32_t i = 0; i < usable; i++)
                give_base(b, (uint8_t)s, (uint16_t)c, &ordered[i], i);
    return r;
}

uint16_t nt_ice_bases_count(const struct nt_ice_bases *b)
{
    return b->count;
}

const struct nt_ice_base *nt_ice_bases_at(const struct nt_ice_bases *b, uint16_t i)
{
    return &b->items[i].k;
}

uint16_t nt_ice_bases_find(const struct nt_ice_bases *b, const struct nt_addr *local)
{
    return b->slots != NULL ? b->slots[slot_of(b, local)] : NT_ICE_NO_BASE;
}

/* Nobody waits for the owner's answer any more. */
static void note_answer(struct nt_ice_bases *b, struct base *base)
{
    b->answered += !base->answered;
    base->answered = true;
}

static void give_back(struct nt_ice_bases *b, struct base *base)
{
    base->gives_back = true;
    b->given_back++;
}

void nt_ice_bases_close(struct nt_ice_bases *b, uint16_t i)
{
    struct base *base = &b->items[i];
    bool bound = base->k.state == NT_ICE_BASE_BOUND;
    if (base->k.state == NT_ICE_BASE_GONE)
        return;
    base->k.state = NT_ICE_BASE_GONE;
    b->live--;
    note_answer(b, base);
    if (!bound)
        return;
    give_back(b, base);
    fill_slots(b);
}

void nt_ice_bases_close_interface(struct nt_ice_bases *b, const struct nt_addr *addr)
{
    for (uint16_t i = 0; i < b->count; i++)
        if (nt_addr_same_ip(&b->items[i].k.addr, addr))
            nt_ice_bases_close(b, i);
}

static struct base *next_given_back(const struct nt_ice_bases *b)
{
    for (uint16_t i = 0; b->given_back > 0 && i < b->count; i++)
        if (b->items[i].gives_back)
            return &b->items[i];
    return NULL;
}

int nt_ice_bases_request(struct nt_ice_bases *b, struct nt_request *req)
{
    struct base *closed = next_given_back(b);
    if (closed != NULL) {
        closed->gives_back = false;
        b->given_back--;
        *req = (struct nt_request){.kind = NT_REQ_CLOSE, .path = {.transport = NT_UDP, .local = closed->k.addr}};
        return 1;
    }
    while (b->asked < b->count && b->items[b->asked].k.state == NT_ICE_BASE_GONE)
        b->items[b->asked++].heard = true; /* it went before it was asked for */
    if (b->asked == b->count)
        return 0;
    uint16_t i = b->asked++;
    *req = (struct nt_request){.kind = NT_REQ_BIND, .path = {.transport = NT_UDP, .id = i + 1U, .local = b->items[i].k.addr}};
    return 1;
}

bool nt_ice_bases_answer(struct nt_ice_bases *b, const struct nt_path *path, bool granted)
{
    if (path->id == 0 || path->id > b->asked || b->items[path->id - 1].heard)
        return false;
    struct base *base = &b->items[path->id - 1];
    base->heard = true;
    note_answer(b, base);
    if (granted)
        base->k.addr = path->local;
    if (granted && base->k.state == NT_ICE_BASE_GONE) {
        give_back(b, base);
    } else if (granted) {
        base->k.state = NT_ICE_BASE_BOUND;
        b->slots[slot_of(b, &path->local)] = (uint16_t)(path->id - 1);
    } else if (base->k.state == NT_ICE_BASE_ASKED) {
        base->k.state = NT_ICE_BASE_REFUSED;
    }
    return true;
}

bool nt_ice_bases_answered(const struct nt_ice_bases *b)
{
    return b->answered >= b->count;
}

uint16_t nt_ice_bases_add_spare(struct nt_ice_bases *b, uint16_t like)
{
    if (make_room(b, 1) != NT_OK)
        return NT_ICE_NO_BASE;
    struct nt_ice_base spare = b->items[like].k;
    spare.addr.port = 0;
    spare.state = NT_ICE_BASE_ASKED;
    spare.spare = true;
    b->items[b->count] = (struct base){.k = spare};
    b->live++;
    return b->count++;
}
