#include "core/sdp/description.h"

#include "core/base/err.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

int nt_ice_description_init(struct nt_ice_description *d, size_t streams)
{
    struct nt_ice_description out = {.stream_count = streams};
    if (streams == 0 || streams > NT_ICE_STREAMS_MAX)
        return NT_ELIMIT;
    out.streams = calloc(streams, sizeof *out.streams);
    if (out.streams == NULL)
        return NT_ENOMEM;
    *d = out;
    return NT_OK;
}

void nt_ice_description_free(struct nt_ice_description *d)
{
    for (size_t i = 0; i < d->stream_count; i++)
        free(d->streams[i].candidates);
    free(d->streams);
    *d = (struct nt_ice_description){0};
}

int nt_ice_description_add(struct nt_ice_description *d, const struct nt_ice_candidate *c)
{
    if (c->stream == 0 || c->stream > d->stream_count)
        return NT_EINVAL;
    struct nt_ice_stream_description *s = &d->streams[c->stream - 1];
    int r = nt_grow(&s->candidates, &s->candidate_cap, s->candidate_count + 1, sizeof *c, NT_ICE_CANDIDATES_MAX);
    if (r == NT_OK)
        s->candidates[s->candidate_count++] = *c;
    return r;
}

void nt_ice_description_pass(struct nt_ice_stream_description *s, const struct nt_ice_passed *p)
{
    if (s->passed_over < NT_ICE_PASSED_MAX)
        s->passed[s->passed_over] = *p;
    s->passed_over++;
}

const char *nt_ice_pass_text(enum nt_ice_pass reason)
{
    switch (reason) {
    case NT_ICE_PASS_TCP: return "TCP (RFC 6544) is not in this version";
    case NT_ICE_PASS_TRANSPORT: return "its transport is not known";
    case NT_ICE_PASS_TYPE: return "its type is not known";
    case NT_ICE_PASS_LOCAL: return "a .local name (mDNS) cannot be resolved here";
    case NT_ICE_PASS_NAME: return "its address is a name, which is not resolved here";
    case NT_ICE_PASS_REFUSED: return "its stream is refused, by the port 0";
    case NT_ICE_PASS_IPV6: return "IPv6 is off";
    case NT_ICE_PASS_COMPONENT: return "its component is not in use";
    case NT_ICE_PASS_ADDRESS: return "nothing can be sent to its address";
    case NT_ICE_PASS_ENDED: return "it came after the end of candidates";
    case NT_ICE_PASS_LIMIT: return "there are too many";
    default: return "";
    }
}

bool nt_ice_stream_is_refused(const struct nt_ice_stream_description *s)
{
    return nt_addr_is_set(&s->default_addr) && s->default_addr.port == 0;
}

bool nt_ice_stream_uses_ice(const struct nt_ice_stream_description *s)
{
    return s->ufrag[0] != '\0' && s->pwd[0] != '\0' && !s->mismatch && !nt_ice_stream_is_refused(s);
}

static const char *const type_names[] = {"host", "srflx", "prflx", "relay"};

const char *nt_ice_type_name(enum nt_ice_type type)
{
    return (unsigned)type <= NT_ICE_RELAY ? type_names[type] : "";
}

int nt_ice_type_by_name(const char *name, size_t len)
{
    for (int i = 0; i <= NT_ICE_RELAY; i++)
        if (strlen(type_names[i]) == len && memcmp(type_names[i], name, len) == 0)
            return i;
    return -1;
}
