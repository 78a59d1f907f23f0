#include "core/sdp/description.h"

#include "core/base/err.h"
#include "core/base/map.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int nt_ice_description_init(struct nt_ice_description *d, size_t streams)
{
    struct nt_ice_description out = {.stream_count = streams};
    if (streams == 0 || streams > NT_ICE_STREAMS_MAX)
        return NT_ELIMIT;
    out.streams = malloc(streams * sizeof *out.streams);
    if (out.streams == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < streams; i++)
        memset(&out.streams[i], 0, offsetof(struct nt_ice_stream_description, remote_candidates));
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
