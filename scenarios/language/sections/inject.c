#include "scenarios/language/sections/inject.h"
#include "scenarios/language/sections/hex.h"
#include "scenarios/language/sections/stun_message.h"

#include <stddef.h>
#include <string.h>

#define PAYLOAD_MAX 1400

struct form {
    struct nt_addr as, to;
    const struct nt_yaml *at, *stun, *hex;
};

#define AT(field) .offset = offsetof(struct form, field)

static const struct nt_key keys[] = {
    {.name = "at",
     AT(at),
     .schema = "{\"type\": \"string\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "the agent or server that sends it"},
    {.name = "as", .type = NT_KEY_ENDPOINT, AT(as), .flags = NT_KEY_REQUIRED, .doc = "source address, ADDR:PORT"},
    {.name = "to", .type = NT_KEY_ENDPOINT, AT(to), .flags = NT_KEY_REQUIRED, .doc = "destination address, ADDR:PORT"},
    {.name = "stun", AT(stun), .schema = "{\"$ref\": \"#/$defs/stun\"}", .doc = "a STUN message"},
    {.name = "hex", AT(hex), .schema = "{\"type\": \"string\"}", .doc = "any bytes"},
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

void nt_load_inject(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_step *step)
{
    struct form f = {0};
    uint8_t buf[PAYLOAD_MAX];
    step->kind = NT_STEP_INJECT;
    if (!nt_table_read(l, &nt_table_inject, v, &f))
        return;
    step->where = nt_load_node(l, f.at, NT_LOAD_AGENT | NT_LOAD_SERVER);
    step->as = f.as;
    step->dst = f.to;
    if (f.as.family != f.to.family)
        nt_diag_mend(nt_load_error(l, v, "'as' and 'to' are of different IP versions"), "write two addresses of one version");
    if ((f.stun != NULL) == (f.hex != NULL)) {
        nt_diag_mend(nt_load_error(l, v, "'inject' needs exactly one of 'stun' and 'hex'"),
                     "write stun: {class: request, method: Binding}");
        return;
    }
    step->payload_len = read_payload(l, &f, (size_t)(step - l->c->steps) + 1, buf, sizeof buf);
    step->payload = nt_load_alloc(l, step->payload_len);
    if (step->payload != NULL)
        memcpy(step->payload, buf, step->payload_len);
}
