/* Fragments of session descriptions: what is read is written so that it reads back as the same. */
#include "core/sdp/sdp.h"
#include "tests/fuzz/feed.h"

static char first[4 << 20], second[4 << 20];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_ice_description d;
    struct nt_sdp_notes notes;
    if (nt_sdp_read_fragment(&d, (const char *)data, size, &notes) != 0) {
        CHECK(notes.count > 0);
        return 0;
    }
    int n = nt_sdp_write_fragment(&d, first, sizeof first);
    nt_ice_description_free(&d);
    CHECK(n > 0);
    if (n > NT_SDP_MAX || nt_sdp_read_fragment(&d, first, (size_t)n, &notes) != 0) {
        /* of what can be read, our writer's lines are longer: limits may be reached, the form must be right */
        CHECK(n > NT_SDP_MAX);
        return 0;
    }
    int again = nt_sdp_write_fragment(&d, second, sizeof second);
    nt_ice_description_free(&d);
    CHECK(again == n && memcmp(first, second, (size_t)n) == 0);
    return 0;
}
