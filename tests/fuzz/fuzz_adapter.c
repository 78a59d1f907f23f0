/* What a process says, line by line: every event has its texts, and what they hold is read as a description or a candidate. */
#include "core/base/err.h"
#include "core/sdp/sdp.h"
#include "scenarios/programs/adapter_messages.h"
#include "scenarios/programs/sdp_lines.h"
#include "tests/fuzz/feed.h"

static void read_description(const char *text)
{
    size_t len = strlen(text), at = 0, n;
    const char *line;
    char buf[64];
    if (nt_sdp_find(text, len, "a=ice-ufrag:", buf, sizeof buf))
        CHECK(strlen(buf) < sizeof buf);
    while (nt_sdp_next_line(text, len, &at, &line, &n)) {
        CHECK(line >= text && line + n <= text + len);
        CHECK(nt_sdp_has_line(text, len, line, n));
    }
    nt_sdp_trickles(text, len);
}

static void look(const struct nt_adapter_event *ev)
{
    struct nt_ice_candidate c;
    const char *what;
    if (ev->said == NT_ADAPTER_WRONG)
        CHECK(ev->text != NULL && *ev->text != '\0');
    if (ev->said == NT_ADAPTER_DESCRIBED) {
        CHECK(ev->ufrag != NULL && ev->pwd != NULL && ev->options != NULL);
        read_description(ev->sdp);
    }
    if (ev->said == NT_ADAPTER_CANDIDATE) {
        CHECK(*ev->candidate != '\0' && ev->mid != NULL);
        nt_sdp_read_candidate(&c, ev->candidate, strlen(ev->candidate), &what);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nt_adapter_reader reader = {
        .started = true, .wanted = size % 2 == 0 ? NT_ADAPTER_OFFER : NT_ADAPTER_ANSWER, .asked_by = "x"};
    for (size_t at = 0, end; at < size; at = end + 1) {
        const uint8_t *newline = memchr(data + at, '\n', size - at);
        struct nt_adapter_event ev;
        end = newline != NULL ? (size_t)(newline - data) : size;
        json_t *o = nt_adapter_read(&reader, (const char *)data + at, end - at, &ev);
        look(&ev);
        json_decref(o);
    }
    return 0;
}
