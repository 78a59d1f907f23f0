#include "scenarios/language/sections/inject.h"
#include "scenarios/language/sections/hex.h"
#include "scenarios/language/sections/stun_message.h"

#include "core/base/err.h"
#include "natsim/packet/packet.h"

#include <stddef.h>
#include <string.h>

#define PAYLOAD_MAX 1400
#define PACKET_MAX 1500

struct form {
    struct nt_addr as, to;
    const struct nt_yaml *at, *stun, *hex, *packet;
};

#define AT(field) .offset = offsetof(struct form, field)

static const struct nt_key keys[] = {
    {.name = "at",
     AT(at),
     .schema = "{\"type\": \"string\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "the agent or server that sends it"},
    {.name = "as", .type = NT_KEY_ENDPOINT, AT(as), .doc = "source address of a datagram, ADDR:PORT"},
    {.name = "to", .type = NT_KEY_ENDPOINT, AT(to), .doc = "destination address of a datagram, ADDR:PORT"},
    {.name = "stun", AT(stun), .schema = "{\"$ref\": \"#/$defs/stun\"}", .doc = "a STUN message in the datagram"},
    {.name = "hex", AT(hex), .schema = "{\"type\": \"string\"}", .doc = "any bytes in the datagram"},
    {.name = "packet",
     AT(packet),
     .schema = "{\"type\": \"string\"}",
     .doc = "a whole IP packet, instead of a datagram: its bytes in hexadecimal, checksums as they are"},
};
const struct nt_table nt_table_inject = NT_TABLE("inject", "'inject'", keys);

/* The bytes of 'hex' or 'stun'; 0 with an error. */
static size_t read_payload(struct nt_load *l, const struct form *f, size_t number, uint8_t *buf, size_t cap)
{
    size_t len = 0;
    if (f->stun != NULL)
        return nt_load_stun_message(l, f->stun, number, buf, cap);
    if (nt_load_hex(l, f->hex, buf, cap, &len) && len == 0)
        nt_load_error(l, f->hex, "'hex' is empty");
    return len;
}

/* The bytes of 'packet'; 0 with an error. */
static size_t read_packet(struct nt_load *l, const struct nt_yaml *v, uint8_t *buf, size_t cap)
{
    struct nt_packet p = {.data = buf};
    size_t len = 0;
    if (!nt_load_hex(l, v, buf, cap, &len))
        return 0;
    p.len = (uint32_t)len;
    int r = nt_packet_parse(&p);
    if (r == NT_OK && p.len == len)
        return len;
    const char *why = r == NT_ESHORT ? "it ends too early" : r != NT_OK ? "its headers cannot be read" : "bytes follow its end";
    nt_diag_mend(nt_load_error(l, v, "'packet' is no whole IP packet: %s", why),
                 "write it from the IP header on, with the lengths that it has");
    return 0;
}

static bool has_one_content(struct nt_load *l, const struct nt_yaml *v, const struct form *f)
{
    int contents = (f->stun != NULL) + (f->hex != NULL) + (f->packet != NULL);
    if (contents != 1)
        nt_diag_mend(nt_load_error(l, v, "'inject' needs exactly one of 'stun', 'hex' and 'packet'"),
                     "write stun: {class: request, method: Binding}");
    return contents == 1;
}

/* A datagram needs addresses, a packet has them. */
static bool check_addresses(struct nt_load *l, const struct nt_yaml *v, const struct form *f)
{
    const char *as = nt_yaml_get(v, "as") != NULL ? "as" : NULL, *to = nt_yaml_get(v, "to") != NULL ? "to" : NULL;
    if (f->packet != NULL && (as != NULL || to != NULL))
        nt_diag_mend(nt_load_error(l, nt_yaml_key(v, as != NULL ? as : to), "'%s' has no effect: 'packet' has its own addresses",
                                   as != NULL ? as : to),
                     "leave it out");
    else if (f->packet == NULL && (as == NULL || to == NULL))
        nt_diag_mend(nt_load_error(l, v, "'%s' is missing", as == NULL ? "as" : "to"), "a datagram needs 'as' and 'to'");
    else if (f->as.family != f->to.family)
        nt_diag_mend(nt_load_error(l, v, "'as' and 'to' are of different IP versions"), "write two addresses of one version");
    else
        return true;
    return false;
}

void nt_load_inject(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct form f = {0};
    uint8_t buf[PACKET_MAX];
    step->kind = NT_STEP_INJECT;
    if (!nt_table_read(l, &nt_table_inject, v, &f))
        return;
    step->where = nt_load_node(l, f.at, NT_LOAD_AGENT | NT_LOAD_SERVER);
    step->as = f.as;
    step->dst = f.to;
    if (!has_one_content(l, v, &f) || !check_addresses(l, v, &f))
        return;
    step->whole_packet = f.packet != NULL;
    step->payload_len = step->whole_packet ? read_packet(l, f.packet, buf, sizeof buf)
                                           : read_payload(l, &f, (size_t)(step - l->c->steps) + 1, buf, PAYLOAD_MAX);
    step->payload = nt_load_alloc(l, step->payload_len);
    if (step->payload != NULL)
        memcpy(step->payload, buf, step->payload_len);
}
