/* ChannelData: what parses lies within the bytes, and is written back the same. */
#include "core/turn/channel_data.h"
#include "tests/fuzz/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t out[70000];
    const uint8_t *payload;
    size_t len;
    uint16_t number;
    if (!nt_channel_data_parse(data, size, &number, &payload, &len))
        return 0;
    CHECK(number >= NT_CHANNEL_MIN && payload >= data && payload + len <= data + size);
    int n = nt_channel_data_write(out, sizeof out, number, payload, len);
    CHECK(n == (int)(NT_CHANNEL_HEADER + len) && memcmp(out, data, (size_t)n) == 0);
    return 0;
}
