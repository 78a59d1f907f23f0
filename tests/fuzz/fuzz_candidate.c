/* One candidate line: what is read is written so that it reads back as the same. */
#include "core/base/err.h"
#include "core/sdp/sdp.h"
#include "tests/fuzz/feed.h"

/* As browsers trickle it: added, passed over, the end, or refused for the same reason. */
static void trickle(const char *text, size_t size, int r)
{
    struct nt_ice_description d;
    const char *what;
    CHECK(nt_ice_description_init(&d, 1) == NT_OK);
    int t = nt_sdp_add_candidate(&d, 1, text, size, &what);
    const struct nt_ice_stream_description *s = &d.streams[0];
    CHECK(t == NT_OK || what != NULL);
    CHECK(t == NT_OK || t == r);
    CHECK((s->candidate_count == 1) == (r == NT_OK));
    CHECK(s->end_of_candidates == (t == NT_OK && r == NT_EFORMAT));
    nt_ice_description_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char first[512], second[512];
    const char *what;
    struct nt_ice_candidate c;
    int r = nt_sdp_read_candidate(&c, (const char *)data, size, &what);
    CHECK(r == NT_OK || ((r == NT_EUNSUPPORTED || r == NT_EFORMAT) && what != NULL));
    trickle((const char *)data, size, r);
    if (r != NT_OK)
        return 0;
    int n = nt_sdp_write_candidate(&c, first, sizeof first);
    CHECK(n > 0 && nt_sdp_read_candidate(&c, first, (size_t)n, &what) == NT_OK);
    CHECK(nt_sdp_write_candidate(&c, second, sizeof second) == n && memcmp(first, second, (size_t)n) == 0);
    return 0;
}
