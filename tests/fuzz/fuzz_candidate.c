/* One candidate line: what is read is written so that it reads back as the same. */
#include "core/base/err.h"
#include "core/sdp/sdp.h"
#include "tests/fuzz/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char first[512], second[512];
    const char *what;
    struct nt_ice_candidate c;
    int r = nt_sdp_read_candidate(&c, (const char *)data, size, &what);
    CHECK(r == NT_OK || r == NT_EUNSUPPORTED || (r == NT_EFORMAT && what != NULL));
    if (r != NT_OK)
        return 0;
    int n = nt_sdp_write_candidate(&c, first, sizeof first);
    CHECK(n > 0 && nt_sdp_read_candidate(&c, first, (size_t)n, &what) == NT_OK);
    CHECK(nt_sdp_write_candidate(&c, second, sizeof second) == n && memcmp(first, second, (size_t)n) == 0);
    return 0;
}
