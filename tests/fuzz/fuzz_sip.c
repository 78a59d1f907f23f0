/* SIP messages: what is read lies within the text, and when it can be written it reads back as the same. */
#include "core/base/err.h"
#include "core/sdp/sdp.h"
#include "tests/fuzz/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[1 << 20];
    const char *bytes = (const char *)data;
    struct nt_sip_message m, back;
    if (nt_sip_read(&m, bytes, size) != 0)
        return 0;
    CHECK(m.body >= bytes && m.body + m.body_len <= bytes + size);
    CHECK(m.content_type == NULL || (m.content_type >= bytes && m.content_type + m.content_type_len <= bytes + size));
    m.content_type = NULL; /* a folded one would not be written as one line */
    m.status = 0;          /* few are written */
    int n = nt_sip_write(&m, text, sizeof text);
    if (n == NT_EINVAL)
        return 0;
    CHECK(n > 0 && nt_sip_read(&back, text, (size_t)n) == 0);
    CHECK(back.kind == m.kind && back.cseq == m.cseq && strcmp(back.call_id, m.call_id) == 0 && strcmp(back.to, m.to) == 0);
    CHECK(back.body_len == m.body_len && memcmp(back.body, m.body, m.body_len) == 0);
    return 0;
}
