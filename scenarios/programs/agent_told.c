#include "scenarios/programs/agent_told.h"
#include "scenarios/programs/sdp_lines.h"

#include <string.h>

void nt_process_tell_candidates(struct nt_process *process, const char *text, size_t len, bool known)
{
    const char *line;
    size_t at = 0, n;
    while (nt_sdp_next_line(text, len, &at, &line, &n))
        if (n > 12 && memcmp(line, "a=candidate:", 12) == 0 && !nt_line_list_has(&process->peer_candidates, line + 2, n - 2) &&
            nt_line_list_add(&process->peer_candidates, line + 2, n - 2) && !known)
            nt_adapter_candidate(process->adapter, line + 2, n - 2, process->mid, process->peer_ufrag);
    if (!process->told_end && (nt_sdp_has_line(text, len, "a=end-of-candidates", 19) || !process->peer_trickles)) {
        process->told_end = true;
        nt_adapter_candidates_end(process->adapter, process->peer_ufrag);
    }
}

/* RFC 8840, 4.4: a fragment has the credentials of its description. It may be late: what to do then is the agent's. */
static void tell_late_candidates(struct nt_process *process, const char *ufrag, const char *text, size_t len)
{
    const char *line;
    size_t at = 0, n;
    while (nt_sdp_next_line(text, len, &at, &line, &n))
        if (n > 12 && memcmp(line, "a=candidate:", 12) == 0)
            nt_adapter_candidate(process->adapter, line + 2, n - 2, process->mid, ufrag);
}

void nt_process_tell_fragment(struct nt_process *process, const char *text, size_t len)
{
    char ufrag[NT_ICE_CREDENTIAL_MAX + 1];
    if (nt_sdp_find(text, len, "a=ice-ufrag:", ufrag, sizeof ufrag) && strcmp(ufrag, process->peer_ufrag) != 0)
        tell_late_candidates(process, ufrag, text, len);
    else
        nt_process_tell_candidates(process, text, len, false);
}

void nt_process_tell_description(struct nt_process *process, bool offer, const char *text, size_t len)
{
    bool webrtc = nt_adapter_hello(process->adapter)->webrtc;
    char pwd[NT_ICE_CREDENTIAL_MAX + 1] = "", options[256] = "";
    process->peer_trickles = nt_sdp_trickles(text, len);
    process->told_end = false;
    nt_line_list_free(&process->peer_candidates);
    if (!nt_sdp_find(text, len, "a=ice-ufrag:", process->peer_ufrag, sizeof process->peer_ufrag))
        process->peer_ufrag[0] = '\0';
    if (!process->described)
        nt_sdp_find(text, len, "a=mid:", process->mid, sizeof process->mid);
    if (webrtc) {
        nt_adapter_describe_sdp(process->adapter, offer, text, len);
    } else {
        nt_sdp_find(text, len, "a=ice-pwd:", pwd, sizeof pwd);
        nt_sdp_find(text, len, "a=ice-options:", options, sizeof options);
        nt_adapter_describe(process->adapter, offer, process->peer_ufrag, pwd, options);
    }
    nt_process_tell_candidates(process, text, len, webrtc);
}
