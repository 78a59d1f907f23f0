"""Generated mutants that no test kills, each with the argument why none can. The names are those that generated.py --list prints."""

ALLOCATE, REDIRECT = "reports/conformance/rfc8656_allocate.c", "reports/conformance/rfc8489_redirect.c"
FORM, GRANTED = "reports/conformance/rfc8489_form.c", "reports/conformance/granted.c"
CALL, MAP = "scenarios/oracle/call.c", "scenarios/oracle/map.c"
GATEWAYS, FACTS = "scenarios/oracle/gateways.c", "scenarios/oracle/facts.c"

OLD = "turned '>' in 'for (unsigned i = 0; m->old_count > 0 && i < m->count; i++)'"

SURVIVORS = {
    f"core/ice/inbound.c tell_old {OLD}": "a message without old attributes is looked through, and none is found",
    "core/turn/allocate.c conclude_allocate constant '0' in 'nt_turn_trace_between(s, NT_TR_TURN_ALLOCATED, &a->client.remote, &a->relays[i].addr, 0, now);'":
        "the number is a channel's, and nobody reads it of an allocation",
    "core/turn/channel.c forget_channel constant '0' in '*channel = (struct nt_turn_channel){0};'":
        "a place is free when its channel has expired, whatever the peer that is left there",
    f"core/turn/client_trace.c nt_turn_client_trace_old {OLD}": "a message without old attributes is looked through, and none is found",
    f"{ALLOCATE} judge_transport constant '0' in 'uint32_t value = 0;'":
        "of an absent REQUESTED-TRANSPORT the highest byte is read, in which a 1 is a 0",
    f"{REDIRECT} nt_rfc8489_redirect_judge constant '0' in 'for (uint32_t i = 0; i < v->count; i++)'":
        "the first message of a capture neither follows a redirection nor answers a request that was seen",
    f"{FORM} judge_attr constant '32' in 'nt_require(finder, NT_STUN_RULE_SHA256_LENGTH, m, a->len >= 16 && a->len <= 32 && a->len % 4 == 0,'":
        "33 is no multiple of four",
    "reports/conformance/fragments.c nt_view_free_fragments constant '0' in 'for (size_t i = 0; i < v->fragments->count; i++)'":
        "the pieces of the first joiner are not given back, which tests/sanitize.sh sees",
    "reports/conformance/sessions.c nt_view_generation_at turned '<=' in 'if (nt_view_is_full(d) && d->direction == NT_DIR_OUT && d->at <= at)'":
        "checks say their session by USERNAME; what else leaves at the instant of a restart may be of the session before as well",
    "reports/conformance/relay_view.c nt_relay_follow_relayed turned '<=' in 'set_permission(turn, m, &peer, NT_GRANT_PERMISSION, "
    "asked != NULL && m->at <= asked->until ? asked->since : now_alone);'":
        "it is the instant at which what was asked for runs out: what is relayed then proves a permission that ends now, or in a second",
    "reports/conformance/rfc7675.c may_be_keepalive turned '>' in 'return gap > MOST + nt_tolerance(s->v) && own != NULL && !own->d.ice2;'":
        "a gap of just so many nanoseconds is in order whether it is judged or not",
    f"{GRANTED} time_of constant '0' in 'return at != NT_MAP_NONE ? g->until[at] : 0;'":
        "a nanosecond after the beginning nothing has been granted, nor lost",
    f"{CALL} nt_oracle_call_pairs constant '1' in 'for (size_t i = 1; i < x->table.fact_count; i++)'":
        "the first fact is never a discovered address: that is an external one, whose mapping is a fact before it",
    f"{CALL} ask_server constant '0' in 'if (service == 0 || nt_oracle_packet_send(&x->map, &x->table, &packet, 0, &noticed) != NT_ORACLE_ARRIVED)' #2":
        "packets are held before gateways whose external address they are for, and this one is for a server",
    f"{CALL} held_number constant '0' in 'return 0;'":
        "the table has a limit now, and whatever the oracle goes on to find it says that it cannot tell",
    f"{MAP} find_hop constant '1' in 'struct route r = {{.bits = -1}};'":
        "a route of -1 bits, which is none, takes the place of none",
    f"{GATEWAYS} pass_firewall constant '0' in 'remote = 0;'":
        "any one number does: it is written and looked up here alone, with a kind of its own",
    f"{FACTS} nt_oracle_table_init constant '1' in 't->addr_count = t->fact_count = 1; /* 0 is no address and no fact */'":
        "the first place is left empty, and there are a thousand",
    "natsim/nat/ports.c random_sharable turned '<=' in 'uint32_t span = (uint32_t)r->high - r->low + 1, whole = span <= SHARED_TRIES;'":
        "of 128 ports the first try looks at all: the others find what it found, none",
    "natsim/nat/ports.c nt_port_table_free constant '0' in 'for (int space = 0; space < NT_SPACES; space++)'":
        "what is not freed is found by the sanitizers (sanitize.sh), and changes nothing else",
    "natsim/nat/assign.c buddy_of constant '1' in "
    "'return m->external_index == external && m->external.port < 65535 ? m->external.port + 1 : -1;' #2":
        "a port of -2 is none, as one of -1",
    "natsim/nat/ports.c random_sharable constant '2' in 'for (uint32_t tries = most; tries >= least; tries /= 2) {'":
        "how often a range of many ports is looked at again, from another place, changes by chance alone which port is found",
}
