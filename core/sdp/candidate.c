#include "core/sdp/candidate.h"

#include "core/base/err.h"
#include "core/sdp/candidate_line.h"

#include <string.h>

int nt_sdp_write_candidate(const struct nt_ice_candidate *c, char *buf, size_t cap)
{
    struct nt_out out = {.buf = buf, .cap = cap};
    nt_candidate_print(&out, c);
    return nt_out_result(&out);
}

/* Puts the cursor after "a=candidate:" or "candidate:"; false: that is missing, which is the cursor's error. */
static bool skip_name(const char *text, size_t len, struct nt_cursor *in)
{
    static const char name[] = "candidate:";
    struct nt_span t = {text, len};
    if (nt_span_starts(t, "a="))
        t = (struct nt_span){text + 2, len - 2};
    *in = nt_cursor_of(t.p, t.len);
    if (!nt_span_starts(t, name))
        return nt_cursor_fail(in, t.p, "'candidate:' is missing");
    in->p += strlen(name);
    return true;
}

int nt_sdp_read_candidate(struct nt_ice_candidate *c, const char *text, size_t len, const char **what)
{
    struct nt_cursor in;
    const char *unsupported = NULL;
    int r = skip_name(text, len, &in) ? nt_candidate_scan(c, &unsupported, &in) : NT_EFORMAT;
    *what = r == NT_EUNSUPPORTED ? unsupported : in.what;
    return r;
}

/* "" or "candidate:" */
static bool is_end(const char *text, size_t len)
{
    struct nt_cursor in;
    return len == 0 || (skip_name(text, len, &in) && nt_cursor_at_end(&in));
}

int nt_sdp_add_candidate(struct nt_ice_description *d, uint8_t stream, const char *text, size_t len, const char **what)
{
    struct nt_ice_candidate c;
    *what = NULL;
    if (is_end(text, len)) {
        d->streams[stream - 1].end_of_candidates = true;
        return NT_OK;
    }
    int r = nt_sdp_read_candidate(&c, text, len, what);
    if (r != NT_OK)
        return r;
    c.stream = stream;
    r = nt_ice_description_add(d, &c);
    if (r != NT_OK)
        *what = r == NT_ELIMIT ? "the stream has more than 256 candidates" : "out of memory";
    return r;
}
