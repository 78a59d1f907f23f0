/* Session descriptions: what is read is written, in both forms, so that it reads back as the same. */
#include "core/sdp/sdp.h"
#include "tests/fuzz/feed.h"

static char first[4 << 20], second[4 << 20];

static void round_trip(const uint8_t *data, size_t size, const struct nt_sdp_write *options)
{
    struct nt_ice_description d;
    struct nt_sdp_notes notes;
    if (nt_sdp_read(&d, (const char *)data, size, &notes) != 0) {
        CHECK(notes.count > 0);
        return;
    }
    int n = nt_sdp_write(&d, options, first, sizeof first);
    nt_ice_description_free(&d);
    CHECK(n > 0);
    if (n > NT_SDP_MAX || nt_sdp_read(&d, first, (size_t)n, &notes) != 0) {
        /* of what can be read, our writer's lines are longer: limits may be reached, the form must be right */
        CHECK(n > NT_SDP_MAX);
        return;
    }
    int again = nt_sdp_write(&d, options, second, sizeof second);
    nt_ice_description_free(&d);
    CHECK(again == n && memcmp(first, second, (size_t)n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct nt_sdp_datachannel channel = {.setup = "passive"};
    static const struct nt_sdp_write plain = {.session_id = 1, .version = 1},
                                     webrtc = {.session_id = 1, .version = 1, .datachannel = &channel};
    round_trip(data, size, &plain);
    round_trip(data, size, &webrtc);
    return 0;
}
