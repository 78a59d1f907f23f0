#include "reports/page/packet_bytes.h"

#include "pcap/annotate.h"

#include <stdint.h>
#include <string.h>

#define GROUP 3 /* bytes that are four characters */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode_group(char *out, const uint8_t *in)
{
    out[0] = digits[in[0] >> 2];
    out[1] = digits[(in[0] & 3) << 4 | in[1] >> 4];
    out[2] = digits[(in[1] & 15) << 2 | in[2] >> 6];
    out[3] = digits[in[2] & 63];
}

/* Appends `n` bytes, at most NT_PAGE_PACKET_MAX. */
static void add_base64(struct nt_text *t, const uint8_t *bytes, size_t n)
{
    char text[4 * (NT_PAGE_PACKET_MAX / GROUP)], *out = text;
    uint8_t last[GROUP] = {0};
    size_t rest = n % GROUP;
    for (size_t i = 0; i + GROUP <= n; i += GROUP, out += 4)
        encode_group(out, bytes + i);
    if (rest > 0) {
        memcpy(last, bytes + n - rest, rest);
        encode_group(out, last);
        memset(out + 1 + rest, '=', GROUP - rest);
        out += 4;
    }
    nt_text_add(t, text, (size_t)(out - text));
}

void nt_page_packet_bytes(struct nt_text *t, const struct nt_capture *c, const struct nt_capture_frame *f)
{
    const uint8_t *bytes = nt_capture_bytes(c, f);
    size_t limit = nt_is_data(bytes, f->len) ? NT_PAGE_PACKET_DATA : NT_PAGE_PACKET_MAX;
    nt_text_put(t, "\"");
    add_base64(t, bytes, f->len < limit ? f->len : limit);
    nt_text_put(t, "\"");
}
