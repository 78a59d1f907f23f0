#include "pcap/capture.h"

#include "core/base/err.h"
#include "core/base/map.h"
#include "core/base/strings.h"
#include "core/stun/stun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTES_MAX 400 /* bytes of one frame; they leave room for the rest of the comment */

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
    c->lost = c->late = 0;
    c->truncated_file = false;
    c->streams = c->windowed = false;
    c->total = c->settled = c->reader_count = 0;
    c->window_at = 0;
    if (c->overflow.clear != NULL)
        c->overflow.clear(c->overflow.user);
}

void nt_capture_free(struct nt_capture *c)
{
    nt_capture_clear(c);
    free(c->taps);
    free(c->names);
    free(c->frames);
    free(c->bytes);
    free(c->texts);
    *c = (struct nt_capture){.overflow = c->overflow};
}

int nt_capture_add_tap(struct nt_capture *c, const char *name, const char *node, const char *description)
{
    int err = nt_reserve(&c->taps, &c->tap_cap, c->tap_count + 1, sizeof *c->taps, NT_CAPTURE_TAPS_MAX);
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
    int err = nt_reserve(&c->names, &c->name_cap, c->name_count + 1, sizeof *c->names, NT_CAPTURE_TAPS_MAX);
    if (err != NT_OK)
        return err;
    char *copy = strdup(name);
    if (copy == NULL)
        return NT_ENOMEM;
    c->names[c->name_count++] = (struct nt_capture_name){.addr = nt_addr_with_port(a, 0), .name = copy};
    return NT_OK;
}

/* --- the window --- */

void nt_capture_stream(struct nt_capture *c)
{
    c->streams = true;
}

void nt_capture_add_reader(struct nt_capture *c, const struct nt_capture_reader *reader)
{
    if (c->reader_count < NT_CAPTURE_READERS_MAX)
        c->readers[c->reader_count++] = *reader;
}

void nt_capture_remove_reader(struct nt_capture *c, const void *user)
{
    size_t n = 0;
    for (size_t i = 0; i < c->reader_count; i++)
        if (c->readers[i].user != user)
            c->readers[n++] = c->readers[i];
    c->reader_count = n;
}

/* The frame of a number that is in memory. */

static struct nt_capture_frame *frame_of(const struct nt_capture *c, size_t number)
{
    size_t i = number - 1;
    return &c->frames[i < c->frame_count ? i : c->frame_count + (i - c->frame_count) % NT_CAPTURE_WINDOW];
}

const struct nt_capture_frame *nt_capture_frame_at(const struct nt_capture *c, size_t number)
{
    bool there = number > 0 && number <= c->total && (number <= c->frame_count || number > c->settled);
    return there ? frame_of(c, number) : NULL;
}

static void settle_through(struct nt_capture *c, size_t number)
{
    while (c->settled < number) {
        const struct nt_capture_frame *f = frame_of(c, ++c->settled);
        for (size_t i = 0; i < c->reader_count; i++)
            c->readers[i].frame(c->readers[i].user, c, f, (uint32_t)c->settled);
        if (c->windowed && c->overflow.frame != NULL)
            c->overflow.frame(c->overflow.user, c, f, (uint32_t)c->settled);
    }
}

void nt_capture_settle(struct nt_capture *c)
{
    settle_through(c, c->total);
}

/* From here on packets go through the window. What was settled before it began goes to the overflow first. */
static int begin_window(struct nt_capture *c)
{
    int err = nt_reserve(&c->frames, &c->frame_cap, c->frame_count + NT_CAPTURE_WINDOW, sizeof *c->frames, NT_CAPTURE_FRAMES_MAX);
    if (err == NT_OK)
        err = nt_reserve(&c->bytes, &c->byte_cap, (size_t)c->byte_count + NT_CAPTURE_WINDOW_BYTES, 1, NT_CAPTURE_BYTES_MAX);
    c->windowed = err == NT_OK;
    for (size_t n = 1; c->windowed && c->overflow.frame != NULL && n <= c->settled; n++)
        c->overflow.frame(c->overflow.user, c, frame_of(c, n), (uint32_t)n);
    return err;
}

static bool is_within(const struct nt_capture *c, const struct nt_capture_frame *f, uint64_t from, uint64_t to)
{
    return f->offset - c->byte_count < to && f->offset - c->byte_count + (f->len > 0 ? f->len : 1) > from;
}

/* Settles the packets whose bytes lie in a part of the window. They are its oldest. */
static void clear_part(struct nt_capture *c, uint64_t from, uint64_t to)
{
    for (;;) {
        size_t oldest = (c->settled > c->frame_count ? c->settled : c->frame_count) + 1;
        if (oldest > c->total || !is_within(c, frame_of(c, oldest), from, to))
            return;
        settle_through(c, oldest);
    }
}

/* A place in the window, for the packet that comes next; its number is c->total + 1. */
static struct nt_capture_frame *place_in_window(struct nt_capture *c, size_t len, uint64_t *offset)
{
    size_t room = len > 0 ? len : 1; /* so that each packet has a place of its own */
    if (room > NT_CAPTURE_WINDOW_BYTES || (!c->windowed && begin_window(c) != NT_OK))
        return NULL;
    if (c->total >= NT_CAPTURE_WINDOW)
        settle_through(c, c->total + 1 - NT_CAPTURE_WINDOW);
    if (c->window_at + room > NT_CAPTURE_WINDOW_BYTES) {
        clear_part(c, c->window_at, NT_CAPTURE_WINDOW_BYTES);
        c->window_at = 0;
    }
    clear_part(c, c->window_at, c->window_at + room);
    *offset = c->byte_count + c->window_at;
    c->window_at += room;
    return frame_of(c, c->total + 1);
}

/* A place among those that are kept. */
static struct nt_capture_frame *place_to_keep(struct nt_capture *c, size_t len, uint64_t *offset)
{
    if (nt_reserve(&c->frames, &c->frame_cap, c->frame_count + 1, sizeof *c->frames, NT_CAPTURE_FRAMES_MAX) != NT_OK ||
        nt_reserve(&c->bytes, &c->byte_cap, (size_t)c->byte_count + len, 1, NT_CAPTURE_BYTES_MAX) != NT_OK)
        return NULL;
    *offset = c->byte_count;
    c->byte_count += len;
    return &c->frames[c->frame_count++];
}

static bool is_kept(const struct nt_capture *c, size_t len)
{
    return !c->streams || (!c->windowed && c->frame_count < NT_CAPTURE_KEPT_FRAMES && c->byte_count + len <= NT_CAPTURE_KEPT_BYTES);
}

struct nt_capture_frame *nt_capture_append(struct nt_capture *c, uint32_t tap, nt_time at, const uint8_t *bytes, size_t len)
{
    uint64_t offset = 0;
    if (tap >= c->tap_count)
        return NULL;
    c->taps[tap].last = 0;
    bool numbered = len <= UINT32_MAX && c->total < UINT32_MAX - 1;
    struct nt_capture_frame *f = !numbered         ? NULL
                                 : is_kept(c, len) ? place_to_keep(c, len, &offset)
                                                   : place_in_window(c, len, &offset);
    if (f == NULL) {
        c->lost++;
        return NULL;
    }
    if (len != 0)
        memcpy(c->bytes + offset, bytes, len);
    *f = (struct nt_capture_frame){.at = at, .tap = tap, .offset = offset, .len = (uint32_t)len, .orig_len = (uint32_t)len};
    c->taps[tap].last = ++c->total;
    return f;
}

/* --- fates --- */

/* The frame of a number, for its fate; NULL: it is too late. */
static struct nt_capture_frame *open_frame(struct nt_capture *c, size_t number)
{
    if (number > c->settled)
        return frame_of(c, number);
    c->late++;
    return NULL;
}

static struct nt_capture_frame *last_at(struct nt_capture *c, int64_t tap)
{
    if (tap < 0 || (uint64_t)tap >= c->tap_count || c->taps[tap].last == 0)
        return NULL;
    return open_frame(c, c->taps[tap].last);
}

/* The frame of a packet that was shown as the `number`th; NULL if packets before it were not kept. */
static struct nt_capture_frame *shown_as(struct nt_capture *c, int64_t number)
{
    return c->lost == 0 && (uint64_t)number <= c->total ? open_frame(c, (size_t)number) : NULL;
}

/* The frame that the event names by its number. What a node has held for long may have settled: then
 * the trace alone tells its fate. */
static struct nt_capture_frame *named_frame(struct nt_capture *c, const struct nt_trace_event *ev)
{
    if (ev->n[0] < 0)
        return (uint64_t)ev->n[2] > c->settled ? shown_as(c, ev->n[2]) : NULL;
    struct nt_capture_frame *f = shown_as(c, ev->n[2]);
    return f != NULL && f->tap == (uint64_t)ev->n[0] ? f : NULL;
}

static inline struct nt_capture_frame *frame_of_fate(struct nt_capture *c, const struct nt_trace_event *ev)
{
    return ev->n[2] == 0 ? last_at(c, ev->n[0]) : named_frame(c, ev);
}

static void note_drop(struct nt_capture_frame *f, const struct nt_trace_event *ev)
{
    if (f->fate == NT_FATE_TRANSLATED) {
        f->c = f->a;
        f->d = f->b;
    }
    f->fate = NT_FATE_DROPPED;
    f->reason = (uint16_t)ev->n[1];
    f->mtu = (uint32_t)ev->n[3];
    f->a = ev->a;
    f->b = ev->b;
}

/* The first word counts: what is discarded within something that was passed over is no other fate. */
static void note_discard(struct nt_capture_frame *f, const struct nt_trace_event *ev)
{
    if (f->fate != NT_FATE_PASSED)
        return;
    f->fate = NT_FATE_DISCARDED;
    f->reason = (uint16_t)ev->n[0];
    f->why = ev->text;
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

int nt_capture_keep_text(struct nt_capture *c, uint32_t *offset, const char *text, size_t len)
{
    int err = nt_reserve(&c->texts, &c->text_cap, c->text_len + 1 + len + 1, 1, NT_CAPTURE_TEXTS_MAX);
    if (err != NT_OK)
        return err;
    if (c->text_len == 0)
        c->texts[c->text_len++] = '\0';
    memcpy(c->texts + c->text_len, text, len);
    c->texts[c->text_len + len] = '\0';
    *offset = (uint32_t)c->text_len;
    c->text_len += len + 1;
    return NT_OK;
}

void nt_capture_note(struct nt_capture *c, struct nt_capture_frame *f, const char *note)
{
    char all[NOTES_MAX];
    const char *before = f->notes != 0 ? c->texts + f->notes : "";
    if (strlen(before) == NOTES_MAX - 1)
        return;
    if (snprintf(all, sizeof all, "%s%s%s", before, *before != '\0' ? "; " : "", note) >= NOTES_MAX)
        memcpy(all + NOTES_MAX - 4, "...", 4);
    if (nt_capture_keep_text(c, &f->notes, all, strlen(all)) != NT_OK)
        c->late++;
}

/* What the program that took the frame says about it. */
static const char *note_text(const struct nt_trace_event *ev, char *buf, size_t cap)
{
    char failure[NOTES_MAX];
    if (ev->kind == NT_TR_SDP_NOTE)
        return ev->text;
    if (ev->kind == NT_TR_REQUEST_FAILED)
        snprintf(buf, cap, "the request failed: %s", nt_stun_failure_text(ev, failure, sizeof failure));
    else
        snprintf(buf, cap, "%s, of RFC 3489, is passed over", ev->text);
    return buf;
}

void nt_capture_trace(struct nt_capture *c, const struct nt_trace_event *ev)
{
    char note[NOTES_MAX];
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
        f = frame_of_fate(c, ev);
        if (f != NULL)
            note_drop(f, ev);
        break;
    case NT_TR_DISCARDED:
        f = ev->n[1] > 0 ? last_at(c, ev->n[1] - 1) : NULL;
        if (f != NULL)
            note_discard(f, ev);
        break;
    case NT_TR_SDP_NOTE:
    case NT_TR_REQUEST_FAILED:
    case NT_TR_STUN_PASSED_OVER:
        f = ev->n[3] > 0 ? last_at(c, ev->n[3] - 1) : NULL;
        if (f != NULL)
            nt_capture_note(c, f, note_text(ev, note, sizeof note));
        break;
    case NT_TR_TRANSLATED:
        f = frame_of_fate(c, ev);
        if (f != NULL)
            note_translation(f, ev);
        break;
    default: break;
    }
}
