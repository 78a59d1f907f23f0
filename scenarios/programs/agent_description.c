#include "scenarios/programs/agent_description.h"
#include "core/base/err.h"
#include "core/sdp/sdp.h"
#include "scenarios/programs/sdp_lines.h"

#include <stdio.h>
#include <string.h>

/* RFC 8445, 5.1.1.4: the candidate most likely to work with a peer without ICE: relayed, then reflexive, then host. */
static struct nt_addr default_address(const struct nt_process *process)
{
    struct nt_addr best = {0};
    int rank = -1;
    static const int ranks[] = {[NT_ICE_HOST] = 0, [NT_ICE_PRFLX] = 0, [NT_ICE_SRFLX] = 1, [NT_ICE_RELAY] = 2};
    for (size_t i = 0; i < process->candidates.count; i++) {
        struct nt_ice_candidate c;
        const char *what;
        if (nt_sdp_read_candidate(&c, process->candidates.items[i], strlen(process->candidates.items[i]), &what) == NT_OK &&
            c.component == 1 && ranks[c.type] > rank) {
            best = c.addr;
            rank = ranks[c.type];
        }
    }
    return best;
}

static void add_candidates(const struct nt_process *process, struct nt_text *t)
{
    for (size_t i = 0; i < process->candidates.count; i++) {
        struct nt_text line = {0};
        nt_text_printf(&line, "a=%s", process->candidates.items[i]);
        if (line.p != NULL && (t->p == NULL || !nt_sdp_has_line(t->p, t->len, line.p, line.len))) {
            nt_text_add(t, line.p, line.len);
            nt_text_add(t, "\r\n", 2);
        }
        nt_text_free(&line);
    }
    static const char end[] = "a=end-of-candidates\r\n";
    if (process->ended_candidates && !nt_sdp_has_line(t->p != NULL ? t->p : "", t->len, end, sizeof end - 3))
        nt_text_add(t, end, sizeof end - 1);
}

/* A description or a fragment without candidates, which follow in its one media section. */
static void add_frame(const struct nt_process *process, enum nt_sip_kind kind, struct nt_text *t)
{
    struct nt_ice_description d;
    char buf[4096];
    if (nt_ice_description_init(&d, 1) != NT_OK)
        return;
    d.trickle = process->trickle != NT_ICE_TRICKLE_OFF;
    d.ice2 = process->ice2;
    snprintf(d.streams[0].ufrag, sizeof d.streams[0].ufrag, "%s", process->ufrag);
    snprintf(d.streams[0].pwd, sizeof d.streams[0].pwd, "%s", process->pwd);
    snprintf(d.streams[0].mid, sizeof d.streams[0].mid, "%s", process->mid);
    d.streams[0].default_addr = nt_addr_is_set(&process->selected) ? process->selected : default_address(process);
    struct nt_sdp_write options = {
        .session_id = process->context.seed & INT64_MAX, .version = process->version, .user = nt_process_scn(process)->name};
    int len = kind == NT_SIP_INFO ? nt_sdp_write_fragment(&d, buf, sizeof buf) : nt_sdp_write(&d, &options, buf, sizeof buf);
    nt_ice_description_free(&d);
    if (len > 0)
        nt_text_add(t, buf, (size_t)len);
}

void nt_process_describe(const struct nt_process *process, enum nt_sip_kind kind, struct nt_text *t)
{
    if (kind != NT_SIP_INFO && process->sdp.len > 0)
        nt_text_add(t, process->sdp.p, process->sdp.len);
    else
        add_frame(process, kind, t);
    add_candidates(process, t);
}
