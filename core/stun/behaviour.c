/* The tests of RFC 5780 in their order: mapping (4.3), filtering (4.4), replies, hairpinning (3.4).
 *
 * Each test starts the next one. Servers: 0 is the configured one, 1 its other port, 2 the other address, 3 both. */
#include "core/stun/behaviour.h"

#include "core/stun/binding_answer.h"
#include "core/stun/lifetime.h"

static void map_address(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void map_port(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void filter_start(struct nt_discovery *d);
static void filter_both(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void filter_port(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void replies_start(struct nt_discovery *d, nt_time now);
static void replies_in(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void replies_out(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void hairpin_start(struct nt_discovery *d, nt_time now);
static void hairpin_first(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void hairpin_second(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);
static void hairpin_send(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now);

static bool answered(const struct nt_probe_answer *a)
{
    return a != NULL && a->code == 0;
}

/* --- mapping --- */

static void connectivity(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    if (!answered(a)) {
        nt_discovery_give_up(d, a == NULL ? "the server does not answer" : "the server does not answer with an address");
        return;
    }
    const struct nt_addr *local = &d->probe.sockets[d->first].addr;
    d->result.reachable = true;
    d->result.mapped = d->mapped = a->mapped;
    d->result.natted = !nt_addr_equal(&a->mapped, local);
    d->result.port_preservation = a->mapped.port == local->port;
    /* 4.3: "If OTHER-ADDRESS is not returned, the server does not support this usage and this test cannot be run." */
    if (!nt_addr_is_set(&a->other)) {
        nt_discovery_lack(d, "the server has no OTHER-ADDRESS: mapping and filtering cannot be measured");
        hairpin_start(d, now);
        return;
    }
    for (unsigned i = 0; i < 4; i++)
        d->server[i] =
            nt_addr_with_port((i & 2) != 0 ? &a->other : &d->server[0], (i & 1) != 0 ? a->other.port : d->server[0].port);
    struct nt_probe_question q = {.socket = d->first, .to = d->server[2]};
    nt_discovery_ask(d, &q, map_address);
}

void nt_behaviour_start(struct nt_discovery *d, nt_time now)
{
    (void)now;
    d->first = nt_discovery_ask_fresh(d, (struct nt_probe_question){.to = d->server[0]}, connectivity);
}

/* 4.3, test II: the alternate address, but primary port */
static void map_address(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    (void)now;
    if (answered(a) && !nt_addr_equal(&a->mapped, &d->mapped)) {
        struct nt_probe_question q = {.socket = d->first, .to = d->server[3]};
        d->mapped = a->mapped;
        nt_discovery_ask(d, &q, map_port);
        return;
    }
    if (answered(a))
        d->result.mapping = NT_ENDPOINT_INDEPENDENT;
    else
        nt_discovery_lack(d, "mapping: the server's other address does not answer");
    filter_start(d);
}

/* 4.3, test III: the alternate address and port, compared with test II */
static void map_port(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    (void)now;
    if (answered(a))
        d->result.mapping = nt_addr_equal(&a->mapped, &d->mapped) ? NT_ADDRESS_DEPENDENT : NT_ADDRESS_AND_PORT_DEPENDENT;
    else
        nt_discovery_lack(d, "mapping: the server's other port does not answer");
    filter_start(d);
}

/* --- filtering --- */

/* 4.4, test II. These tests "are sensitive to prior state on the NAT": each has its own port. */
static void filter_start(struct nt_discovery *d)
{
    nt_discovery_ask_fresh(d, (struct nt_probe_question){.to = d->server[0], .change = NT_CHANGE_IP | NT_CHANGE_PORT}, filter_both);
}

/* An answer counts only when it comes from where it was asked to come from: a server that ignores CHANGE-REQUEST would make
 * every filter look open. */
static bool came_from(const struct nt_probe_answer *a, const struct nt_addr *source)
{
    return answered(a) && nt_addr_equal(&a->source, source);
}

static void filter_both(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    if (a == NULL) {
        nt_discovery_ask_fresh(d, (struct nt_probe_question){.to = d->server[0], .change = NT_CHANGE_PORT}, filter_port);
        return;
    }
    if (came_from(a, &d->server[3]))
        d->result.filtering = NT_ENDPOINT_INDEPENDENT;
    else
        nt_discovery_lack(d, "filtering: the server does not answer from its other address, as it is asked to");
    replies_start(d, now);
}

/* 4.4, test III */
static void filter_port(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    if (a == NULL)
        d->result.filtering = NT_ADDRESS_AND_PORT_DEPENDENT;
    else if (came_from(a, &d->server[1]))
        d->result.filtering = NT_ADDRESS_DEPENDENT;
    else
        nt_discovery_lack(d, "filtering: the server does not answer from its other port, as it is asked to");
    replies_start(d, now);
}

/* --- replies --- */

/* A packet of X comes in through the port p of another destination's mapping; the answer to X leaves from p (pinned), or
 * from where the mapping rule says (table). To tell them apart, the filter must let X in, and the rule must give X another
 * port than p:
 *
 *   mapping \ filtering    endpoint-indep.          address-dep.             address-and-port-dep.
 *   endpoint-indep.        p for everybody          p for everybody          p for everybody
 *   address-dep.           X: other address         X has p's address: p     no X is let in
 *   address-and-port-dep.  X: other address         X: other port            no X is let in
 *
 * Three pairs can be told; in the others both kinds do the same. */
static void replies_start(struct nt_discovery *d, nt_time now)
{
    enum nt_behaviour m = d->result.mapping, f = d->result.filtering;
    uint32_t change = 0;
    if (m >= NT_ADDRESS_DEPENDENT && f == NT_ENDPOINT_INDEPENDENT)
        change = NT_CHANGE_IP | NT_CHANGE_PORT;
    else if (m == NT_ADDRESS_AND_PORT_DEPENDENT && f == NT_ADDRESS_DEPENDENT)
        change = NT_CHANGE_PORT;
    if (change == 0) {
        hairpin_start(d, now);
        return;
    }
    nt_discovery_ask_fresh(d, (struct nt_probe_question){.to = d->server[0], .change = change}, replies_in);
}

/* X's packet was let in, and says which port it came through; now to X. */
static void replies_in(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    if (!answered(a) || nt_addr_equal(&a->source, &d->server[0])) {
        hairpin_start(d, now);
        return;
    }
    struct nt_probe_question q = {.socket = a->socket, .to = a->source};
    d->mapped = a->mapped;
    nt_discovery_ask(d, &q, replies_out);
}

static void replies_out(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    if (answered(a))
        d->result.pinned = nt_addr_equal(&a->mapped, &d->mapped);
    hairpin_start(d, now);
}

/* --- hairpinning --- */

/* Two fresh ports learn their mapped addresses and send to each other's, in turn, several times: an endpoint-dependent filter
 * opens for the other's external address with the first packet. Behind an endpoint-dependent mapping the packets leave from
 * yet other ports, which such a filter does not let in: then silence says nothing. */
static void hairpin_start(struct nt_discovery *d, nt_time now)
{
    if (!d->result.natted) {
        nt_lifetime_start(d, now);
        return;
    }
    d->hairpin.socket[0] = nt_discovery_ask_fresh(d, (struct nt_probe_question){.to = d->server[0]}, hairpin_first);
}

static void hairpin_first(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    if (!answered(a)) {
        nt_discovery_lack(d, "hairpinning: the server did not answer");
        nt_lifetime_start(d, now);
        return;
    }
    d->hairpin.mapped[0] = a->mapped;
    d->hairpin.socket[1] = nt_discovery_ask_fresh(d, (struct nt_probe_question){.to = d->server[0]}, hairpin_second);
}

static void hairpin_second(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    if (!answered(a)) {
        nt_discovery_lack(d, "hairpinning: the server did not answer");
        nt_lifetime_start(d, now);
        return;
    }
    d->hairpin.mapped[1] = a->mapped;
    hairpin_send(d, NULL, now);
}

static void hairpin_send(struct nt_discovery *d, const struct nt_probe_answer *a, nt_time now)
{
    (void)a;
    bool sent_all = d->hairpin.sends == NT_HAIRPIN_SENDS;
    if (d->hairpin.sends > 0)
        memcpy(d->hairpin.ids[d->hairpin.sends - 1], d->probe.txn.id, NT_STUN_ID); /* it may still come late */
    if (d->result.hairpin || sent_all) {
        d->result.hairpin_known =
            d->result.hairpin || d->result.mapping == NT_ENDPOINT_INDEPENDENT || d->result.filtering == NT_ENDPOINT_INDEPENDENT;
        nt_lifetime_start(d, now);
        return;
    }
    unsigned from = d->hairpin.sends % 2;
    struct nt_probe_question q = {.socket = d->hairpin.socket[from], .to = d->hairpin.mapped[1 - from], .once = true};
    nt_discovery_ask(d, &q, hairpin_send);
    d->hairpin.sends++;
}

bool nt_hairpin_heard(struct nt_discovery *d, const struct nt_path *path, const uint8_t id[NT_STUN_ID])
{
    bool ours = false;
    for (unsigned i = 0; i < d->hairpin.sends; i++) {
        const struct nt_addr *sender = &d->probe.sockets[d->hairpin.socket[i % 2]].addr;
        const struct nt_addr *receiver = &d->probe.sockets[d->hairpin.socket[1 - i % 2]].addr;
        const uint8_t *sent = i + 1 == d->hairpin.sends ? d->probe.txn.id : d->hairpin.ids[i];
        if (memcmp(id, sent, NT_STUN_ID) != 0 || !nt_addr_equal(&path->local, receiver))
            continue;
        ours = true;
        d->result.hairpin = true;
        d->result.hairpin_external = !nt_addr_equal(&path->remote, sender);
    }
    return ours;
}
