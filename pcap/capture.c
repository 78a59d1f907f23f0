#include "pcap/capture.h"

#include "core/base/err.h"
#include "core/base/map.h"
#include "core/base/strings.h"

#include <stdlib.h>
#include <string.h>

void nt_capture_init(struct nt_capture *c)
{
    *c = (struct nt_capture){0};
}

void nt_capture_clear(struct nt_capture *c)
{
    for (size_t i = 0; i < c->tap_count; i++) {
        free(c->taps[i].name);
        free(c->taps[i].node);
        free(c->taps[i].description);
    }
    for (size_t i = 0; i < c->name_count; i++)
        free(c->names[i].name);
    c->tap_count = c->name_count = c->frame_count = 0;
    c->byte_count = 0;
    c->text_len = 0;
    c->lost = 0;
    c->truncated_file = false;
}

void nt_capture_free(struct nt_capture *c)
{
    nt_capture_clear(c);
    free(c->taps);
    free(c->names);
    free(c->frames);
    free(c->bytes);
    free(c->texts);
    nt_capture_init(c);
}

int nt_capture_add_tap(struct nt_capture *c, const char *name, const char *node, const char *description)
{
    int err = nt_grow(&c->taps, &c->tap_cap, c->tap_count + 1, sizeof *c->taps, NT_CAPTURE_TAPS_MAX);
    if (err != NT_OK)
        return err;
    struct nt_capture_tap tap = {
        .name = nt_strdup(name, &err), .node = nt_strdup(node, &err), .description = nt_strdup(description, &err)};
    if (err != NT_OK) {
        free(tap.name);
        free(tap.node);
        free(tap.description);
        return err;
    }
    c->taps[c->tap_count] = tap;
    return (int)c->tap_count++;
}

int nt_capture_add_name(struct nt_capture *c, const struct nt_addr *a, const char *name)
{
    int err = nt_grow(&c->names, &c->name_cap, c->name_count + 1, sizeof *c->names, NT_CAPTURE_TAPS_MAX);
    if (err != NT_OK)
        return err;
    char *copy = strdup(name);
    if (copy == NULL)
        return NT_ENOMEM;
    c->names[c->name_count++] = (struct nt_capture_name){.addr = nt_addr_with_port(a, 0), .name = copy};
    return NT_OK;
}

struct nt_capture_frame *nt_capture_append(struct nt_capture *c, uint32_t tap, nt_time at, const uint8_t *bytes, size_t len)
{
    if (tap >= c->tap_count)
        return NULL;
    c->taps[tap].last = 0;
    if (len > UINT32_MAX ||
        nt_grow(&c->frames, &c->frame_cap, c->frame_count + 1, sizeof *c->frames, NT_CAPTURE_FRAMES_MAX) != NT_OK ||
        nt_grow(&c->bytes, &c->byte_cap, (size_t)c->byte_count + len, 1, NT_CAPTURE_BYTES_MAX) != NT_OK) {
        c->lost++;
        return NULL;
    }
    if (len != 0)
        memcpy(c->bytes + c->byte_count, bytes, len);
    struct nt_capture_frame *f = &c->frames[c->frame_count++];
    *f = (struct nt_capture_frame){.at = at, .tap = tap, .offset = c->byte_count, .len = (uint32_t)len, .orig_len = (uint32_t)len};
    c->byte_count += len;
    c->taps[tap].last = c->frame_count;
    return f;
}

static struct nt_capture_frame *last_at(const struct nt_capture *c, int64_t tap)
{
    if (tap < 0 || (uint64_t)tap >= c->tap_count || c->taps[tap].last == 0)
        return NULL;
    return &c->frames[c->taps[tap].last - 1];
}

/* The frame that the event names by its number (NULL if packets before it were not kept), or the last one at its tap. */
static struct nt_capture_frame *named_or_last(const struct nt_capture *c, const struct nt_trace_event *ev)
{
    if (ev->n[2] == 0)
        return last_at(c, ev->n[0]);
    struct nt_capture_frame *f = c->lost == 0 && (uint64_t)ev->n[2] <= c->frame_count ? &c->frames[ev->n[2] - 1] : NULL;
    return f != NULL && f->tap == (uint64_t)ev->n[0] ? f : NULL;
}

static void note_drop(struct nt_capture_frame *f, const struct nt_trace_event *ev)
{
    if (f->fate == NT_FATE_TRANSLATED) {
        f->c = f->a;
        f->d = f->b;
    }
    f->fate = NT_FATE_DROPPED;
    f->reason = (uint16_t)ev->n[1];
    f->a = ev->a;
    f->b = ev->b;
}

static void note_translation(struct nt_capture_frame *f, const struct nt_trace_event *ev)
{
    if (f->fate == NT_FATE_PASSED) {
        f->fate = NT_FATE_TRANSLATED;
        f->which = (uint8_t)ev->n[1];
        f->a = ev->a;
        f->b = ev->b;
    } else {
        f->c = ev->a;
        f->d = ev->b;
    }
}

void nt_capture_trace(struct nt_capture *c, const struct nt_trace_event *ev)
{
    struct nt_capture_frame *f;
    switch (ev->kind) {
    case NT_TR_PACKET:
        f = nt_capture_append(c, ev->n[0] < 0 ? UINT32_MAX : (uint32_t)ev->n[0], ev->at, ev->bytes, ev->len);
        if (f != NULL) {
            f->direction = (uint8_t)ev->n[1];
            f->marks = (uint32_t)ev->n[2];
        }
        break;
    case NT_TR_DROP:
        f = named_or_last(c, ev);
        if (f != NULL)
            note_drop(f, ev);
        break;
    case NT_TR_TRANSLATED:
        f = last_at(c, ev->n[0]);
        if (f != NULL)
            note_translation(f, ev);
        break;
    default: break;
    }
}
