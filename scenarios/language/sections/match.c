#include "scenarios/language/sections/match.h"

static void report_unknown_match(struct nt_load *l, const struct nt_yaml *v)
{
    const char *types[NT_ICE_RELAY + 1];
    for (int i = 0; i <= NT_ICE_RELAY; i++)
        types[i] = nt_ice_type_name((enum nt_ice_type)i);
    if (v->kind != NT_YAML_SCALAR) {
        nt_load_error(l, v, "expected the type or the address of a candidate, not %s", nt_yaml_kind_name(v));
        return;
    }
    struct nt_diag *d = nt_load_error(l, v, "'%s' is neither a type nor an address", v->text);
    if (!nt_suggest(d, v->text, types, NT_ICE_RELAY + 1))
        nt_diag_mend(d, "write host, srflx, prflx, relay, or an address with or without port");
}

void nt_load_match(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_match *m)
{
    if (v == NULL)
        return;
    m->addresses = nt_load_alloc(l, (nt_yaml_count(v) + 1) * sizeof *m->addresses);
    for (size_t i = 0; m->addresses != NULL && i < nt_yaml_count(v); i++) {
        const struct nt_yaml *item = nt_yaml_item(v, i);
        int type = item->kind == NT_YAML_SCALAR ? nt_ice_type_by_name(item->text, item->len) : -1;
        if (type >= 0)
            m->types = (uint8_t)(m->types | 1 << type);
        else if (item->kind == NT_YAML_SCALAR && nt_addr_parse(&m->addresses[m->address_count], item->text) == 0)
            m->address_count++;
        else
            report_unknown_match(l, item);
    }
    if (nt_yaml_count(v) == 0)
        nt_diag_mend(nt_load_error(l, v, "an empty list matches nothing"), "name types or addresses, or leave it out");
}
