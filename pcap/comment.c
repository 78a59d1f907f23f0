#include "pcap/comment.h"

#include "core/base/err.h"
#include "core/base/map.h"
#include "natsim/packet/packet.h"

#include <stdio.h>
#include <string.h>

/* --- writing --- */

static void write_translation(const char *node, const struct nt_addr *from, const struct nt_addr *to, char *buf, size_t cap)
{
    char a[NT_ADDR_TEXT], b[NT_ADDR_TEXT];
    snprintf(buf, cap, "verdict=nat at=%s from=%s to=%s", node, nt_addr_format(from, a), nt_addr_format(to, b));
}

static void write_drop(const struct nt_capture_frame *f, const char *node, char *buf, size_t cap)
{
    char detail[256];
    snprintf(buf, cap, "verdict=drop at=%s dir=%s reason=%s detail=\"%s\"", node, f->direction == NT_DIR_OUT ? "out" : "in",
             nt_drop_name((enum nt_drop)f->reason), nt_drop_detail((enum nt_drop)f->reason, &f->a, &f->b, detail, sizeof detail));
}

static void write_discard(const struct nt_capture_frame *f, const char *node, char *buf, size_t cap)
{
    char detail[256];
    snprintf(buf, cap, "verdict=%s at=%s by=program reason=%s detail=\"%s\"",
             nt_discard_is_drop((enum nt_discard)f->reason) ? "drop" : "pass-over", node,
             nt_discard_name((enum nt_discard)f->reason), nt_trace_detail(f->why, &f->a, &f->b, detail, sizeof detail));
}

static void write_fate(const struct nt_capture *c, const struct nt_capture_frame *f, char *buf, size_t cap)
{
    const char *node = c->taps[f->tap].node;
    if (f->comment != 0)
        snprintf(buf, cap, "%s", c->texts + f->comment);
    else if (f->fate == NT_FATE_TRANSLATED)
        write_translation(node, &f->a, &f->b, buf, cap);
    else if (f->fate == NT_FATE_DROPPED)
        write_drop(f, node, buf, cap);
    else if (f->fate == NT_FATE_DISCARDED)
        write_discard(f, node, buf, cap);
}

/* "expect-malformed" excludes a frame from the check that tshark finds nothing malformed. */
static void write_marks(const struct nt_capture_frame *f, char *buf, size_t cap)
{
    bool damaged = (f->marks & NT_MARK_DAMAGED) != 0, injected = (f->marks & NT_MARK_INJECTED) != 0;
    if (damaged || injected)
        snprintf(buf, cap, "expect-malformed: %s%s%s by a step", damaged ? "damaged" : "", damaged && injected ? " and " : "",
                 injected ? "injected" : "");
}

const char *nt_capture_comment(const struct nt_capture *c, const struct nt_capture_frame *f, int i, char *buf, size_t cap)
{
    if (cap == 0)
        return "";
    buf[0] = '\0';
    if (i == 0)
        write_fate(c, f, buf, cap);
    else if (i == 1 && nt_addr_is_set(&f->c))
        write_translation(c->taps[f->tap].node, &f->c, &f->d, buf, cap);
    else if (i == 2)
        write_marks(f, buf, cap);
    else if (i == 3 && f->notes != 0)
        snprintf(buf, cap, "verdict=take at=%s by=program detail=\"%s\"", c->taps[f->tap].node, c->texts + f->notes);
    return buf;
}

/* --- reading --- */

/* The value after `key`, which stands at the start or after a space. */
static bool find_value(const char *text, const char *key, char *value, size_t cap)
{
    const char *p = strstr(text, key);
    if (p == NULL || (p != text && p[-1] != ' '))
        return false;
    p += strlen(key);
    size_t n = strcspn(p, " ");
    if (n >= cap)
        return false;
    memcpy(value, p, n);
    value[n] = '\0';
    return true;
}

static void read_drop(struct nt_capture_frame *f, const char *reason)
{
    f->fate = NT_FATE_DROPPED;
    for (int i = 1; i < NT_DROP_COUNT; i++)
        if (strcmp(reason, nt_drop_name((enum nt_drop)i)) == 0)
            f->reason = (uint16_t)i;
}

static void read_discard(struct nt_capture_frame *f, const char *reason)
{
    f->fate = NT_FATE_DISCARDED;
    f->why = "";
    for (int i = 1; i < NT_DISCARD_COUNT; i++)
        if (strcmp(reason, nt_discard_name((enum nt_discard)i)) == 0)
            f->reason = (uint16_t)i;
}

static void read_end(struct nt_capture_frame *f, const char *comment)
{
    char by[16], reason[32] = "";
    find_value(comment, "reason=", reason, sizeof reason);
    if (find_value(comment, "by=", by, sizeof by) && strcmp(by, "program") == 0)
        read_discard(f, reason);
    else
        read_drop(f, reason);
}

static void read_translation(struct nt_capture_frame *f, const char *comment)
{
    char a[NT_ADDR_TEXT], b[NT_ADDR_TEXT];
    struct nt_addr from, to;
    if (find_value(comment, "from=", a, sizeof a) && find_value(comment, "to=", b, sizeof b) && nt_addr_parse(&from, a) == NT_OK &&
        nt_addr_parse(&to, b) == NT_OK) {
        f->fate = NT_FATE_TRANSLATED;
        f->a = from;
        f->b = to;
    }
}

/* Comments of other tools change nothing. */
static void read_fate(struct nt_capture_frame *f, const char *comment)
{
    if (strncmp(comment, "verdict=drop ", 13) == 0 || strncmp(comment, "verdict=pass-over ", 18) == 0)
        read_end(f, comment);
    else if (strncmp(comment, "verdict=nat ", 12) == 0)
        read_translation(f, comment);
}

static int read_notes(struct nt_capture *c, struct nt_capture_frame *f, const char *comment)
{
    static const char key[] = " detail=\"";
    const char *detail = strstr(comment, key), *end = strrchr(comment, '"');
    if (detail == NULL || end < (detail += sizeof key - 1))
        return NT_OK;
    return nt_capture_keep_text(c, &f->notes, detail, (size_t)(end - detail));
}

int nt_capture_read_comment(struct nt_capture *c, struct nt_capture_frame *f, int i, const uint8_t *bytes, size_t len)
{
    char text[NT_CAPTURE_COMMENT];
    if (len >= sizeof text)
        len = sizeof text - 1;
    memcpy(text, bytes, len);
    text[len] = '\0';
    if (strncmp(text, "verdict=take ", 13) == 0)
        return read_notes(c, f, text);
    if (strncmp(text, "expect-malformed: ", 18) == 0) {
        f->marks =
            (strstr(text, "damaged") != NULL ? NT_MARK_DAMAGED : 0u) | (strstr(text, "injected") != NULL ? NT_MARK_INJECTED : 0u);
    } else if (i == 0) {
        read_fate(f, text);
        return nt_capture_keep_text(c, &f->comment, text, len);
    } else {
        struct nt_capture_frame second = {0};
        read_fate(&second, text);
        f->c = second.a;
        f->d = second.b;
    }
    return NT_OK;
}
