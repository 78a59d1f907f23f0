#include "scenarios/language/sections/filter.h"

#include "pcap/filter.h"

bool nt_load_filter(struct nt_load *l, const struct nt_yaml *v)
{
    char what[256];
    if (l->check == NULL || nt_names_find(&l->check->filters, v->text) != NT_NAMES_NONE)
        return true;
    struct nt_bpf *b = nt_bpf_new(v->text, what, sizeof what);
    if (b == NULL) {
        nt_diag_mend(nt_load_error(l, v, "filter '%s': %s", v->text, what), "write it as for tcpdump, as in 'udp port 3478'");
        return false;
    }
    nt_bpf_del(b);
    const char *copy = nt_arena_text(l->check->arena, v->text, v->len);
    if (copy != NULL)
        nt_names_add(&l->check->filters, copy, 1);
    return true;
}
