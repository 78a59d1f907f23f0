/* Capture files: read arbitrary bytes as pcapng or pcap, and look at every frame. */
#include "pcap/annotate.h"
#include "pcap/comment.h"
#include "pcap/read.h"
#include "tests/fuzz/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_capture c;
    char what[256], text[NT_CAPTURE_COMMENT];
    nt_capture_init(&c);
    if (nt_capture_parse(&c, data, size, what, sizeof what) == 0) {
        for (size_t i = 0; i < c.frame_count; i++) {
            const struct nt_capture_frame *frame = &c.frames[i];
            CHECK(frame->offset + frame->len <= c.byte_count && frame->tap < c.tap_count);
            for (int k = 0; k < 3; k++)
                CHECK(strlen(nt_capture_comment(&c, frame, k, text, sizeof text)) < sizeof text);
            if (frame->len > 0)
                nt_annotate(nt_capture_bytes(&c, frame), frame->len, text, sizeof text);
        }
    }
    nt_capture_free(&c);
    return 0;
}
