#include "reports/ladder/ladder.h"

#include "core/base/err.h"
#include "core/base/shown.h"
#include "natsim/packet/packet.h"
#include "pcap/annotate.h"
#include "pcap/comment.h"
#include "reports/ladder/fold.h"
#include "reports/ladder/packet_way_order.h"
#include "reports/ladder/topology_order.h"
#include "reports/result/result.h"
#include "reports/result/text.h"

#include <stdlib.h>
#include <string.h>

static void put_ends(struct nt_text *t, const struct nt_capture *c, const struct nt_capture_frame *f)
{
    char buf[NT_ADDR_TEXT];
    struct nt_packet p = {.data = (uint8_t *)(uintptr_t)nt_capture_bytes(c, f), .len = f->len, .cap = f->len};
    if (f->len == 0 || nt_packet_parse(&p) != NT_OK)
        return;
    nt_text_put(t, nt_addr_format(&p.src, buf));
    nt_text_put(t, " > ");
    nt_text_put(t, nt_addr_format(&p.dst, buf));
}

static bool is_passed_over(const struct nt_capture_frame *f)
{
    return f->fate == NT_FATE_DISCARDED && !nt_discard_is_drop((enum nt_discard)f->reason);
}

static void put_separator(struct nt_text *t)
{
    nt_text_put(t, t->len > 0 ? "; " : "");
}

/* "dropped by nat-left, filtered: no permission for 198.51.100.7:5000", from the packet's comment */
static void put_end(struct nt_text *t, const struct nt_capture *c, const struct nt_capture_frame *f)
{
    char comment[NT_CAPTURE_COMMENT];
    bool discarded = f->fate == NT_FATE_DISCARDED;
    const char *detail = strstr(nt_capture_comment(c, f, 0, comment, sizeof comment), "detail=\"");
    put_separator(t);
    nt_text_printf(t, "%s by %s, %s", is_passed_over(f) ? "passed over" : "dropped", c->taps[f->tap].node,
                   discarded ? nt_discard_name((enum nt_discard)f->reason) : nt_drop_name((enum nt_drop)f->reason));
    if (detail != NULL && detail[8] != '"') {
        detail += 8;
        nt_text_put(t, ": ");
        nt_text_add(t, detail, strcspn(detail, "\""));
    }
}

static void put_translation(struct nt_text *t, const char *node, const struct nt_addr *from, const struct nt_addr *to)
{
    char buf[NT_ADDR_TEXT];
    nt_text_put(t, "; ");
    nt_text_put(t, node);
    nt_text_put(t, ": ");
    nt_text_put(t, nt_addr_format(from, buf));
    nt_text_put(t, " becomes ");
    nt_text_put(t, nt_addr_format(to, buf));
}

static void put_note(struct nt_text *t, const struct nt_capture *c, const struct nt_way *w)
{
    t->len = 0;
    put_ends(t, c, &c->frames[w->first]);
    for (uint32_t i = 0; i < w->frame_count; i++) {
        const struct nt_capture_frame *f = &c->frames[w->frames[i]];
        const char *node = c->taps[f->tap].node;
        if (f->fate == NT_FATE_PASSED) {
            nt_text_printf(t, "; %s relays: ", node);
            put_ends(t, c, f);
        }
        if (f->fate == NT_FATE_TRANSLATED)
            put_translation(t, node, &f->a, &f->b);
        if (nt_addr_is_set(&f->c))
            put_translation(t, node, &f->c, &f->d);
    }
    nt_text_put(t, "");
}

static void put_fate(struct nt_text *t, const struct nt_capture *c, const struct nt_way *w)
{
    const struct nt_capture_frame *first = &c->frames[w->first], *last = &c->frames[w->last];
    t->len = 0;
    for (uint32_t i = 0; i < w->frame_count; i++)
        if (nt_capture_has_ended(&c->frames[w->frames[i]]))
            put_end(t, c, &c->frames[w->frames[i]]);
    if (last->notes != 0) {
        put_separator(t);
        nt_text_printf(t, "%s: %s", c->taps[last->tap].node, c->texts + last->notes);
    }
    if ((first->marks & (NT_MARK_DAMAGED | NT_MARK_INJECTED)) != 0) {
        put_separator(t);
        nt_text_printf(t, "%s by a step", first->marks & NT_MARK_DAMAGED ? "damaged" : "injected");
    }
    if (last->fate == NT_FATE_PASSED && last->direction == NT_DIR_OUT) {
        put_separator(t);
        nt_text_put(t, "seen no more");
    }
    nt_text_put(t, "");
}

#define TEXTS_ROOM 32768

struct nt_ladder_texts {
    struct nt_ladder_texts *before;
    size_t used, room;
    char bytes[];
};

/* A copy that lives as long as the ladder; NULL without memory. */
static char *keep_text(struct nt_ladder *l, const char *text)
{
    size_t len = strlen(text) + 1;
    if (l->texts == NULL || l->texts->room - l->texts->used < len) {
        size_t room = len > TEXTS_ROOM ? len : TEXTS_ROOM;
        room = l->texts != NULL && room < 2 * l->texts->room ? 2 * l->texts->room : room;
        struct nt_ladder_texts *more = malloc(sizeof *more + room);
        if (more == NULL)
            return NULL;
        more->before = l->texts;
        more->used = 0;
        more->room = room;
        l->texts = more;
    }
    char *copy = memcpy(l->texts->bytes + l->texts->used, text, len);
    l->texts->used += len;
    return copy;
}

static int add_packet(struct nt_ladder *l, const struct nt_capture *c, const struct nt_way *w, const uint32_t *column_of,
                      struct nt_text *scratch)
{
    char text[160];
    const struct nt_capture_frame *f = &c->frames[w->first], *last = &c->frames[w->last];
    struct nt_ladder_row *r = &l->rows[l->row_count];
    *r = (struct nt_ladder_row){.at = f->at, .frame = w->first + 1, .dropped = nt_capture_has_ended(last) && !is_passed_over(last)};
    r->from = column_of[w->nodes[0]];
    r->to = column_of[w->nodes[w->node_count - 1]];
    for (uint32_t i = 1; i + 1 < w->node_count; i++)
        r->via |= UINT64_C(1) << column_of[w->nodes[i]];
    r->text = keep_text(l, nt_annotate(nt_capture_bytes(c, f), f->len, text, sizeof text));
    put_note(scratch, c, w);
    r->note = scratch->err == NT_OK ? keep_text(l, scratch->p) : NULL;
    put_fate(scratch, c, w);
    r->fate = scratch->err == NT_OK ? keep_text(l, scratch->p) : NULL;
    l->row_count++;
    return r->text != NULL && r->note != NULL && r->fate != NULL ? NT_OK : NT_ENOMEM;
}

/* --- steps --- */

static bool is_step(const struct nt_result_case *k, const struct nt_result_event *e)
{
    return strcmp(nt_event_text(k, e->what), "step") == 0;
}

static size_t count_steps(const struct nt_result_case *k)
{
    size_t n = 0;
    for (size_t i = 0; k != NULL && i < k->event_count; i++)
        n += is_step(k, &k->events[i]);
    return n;
}

static uint32_t find_column(const struct nt_ladder *l, const char *node)
{
    for (uint32_t i = 0; i < l->column_count; i++)
        if (strcmp(l->columns[i], node) == 0)
            return i;
    return 0;
}

static int add_step(struct nt_ladder *l, const struct nt_result_case *k, const struct nt_result_event *e)
{
    struct nt_ladder_row *r = &l->rows[l->row_count++];
    char *node = nt_shown(nt_event_text(k, e->node), false);
    *r = (struct nt_ladder_row){.at = (nt_time)e->at_us * NT_USEC, .step = true, .text = keep_text(l, nt_event_text(k, e->text))};
    r->note = r->fate = keep_text(l, "");
    r->from = r->to = node != NULL ? find_column(l, node) : 0;
    free(node);
    return node != NULL && r->text != NULL && r->note != NULL ? NT_OK : NT_ENOMEM;
}

/* Those that ran up to a time; `*next` is the event to go on with. */
static int add_steps(struct nt_ladder *l, const struct nt_result_case *k, nt_time until, size_t *next)
{
    int err = NT_OK;
    for (; k != NULL && *next < k->event_count && err == NT_OK; ++*next) {
        if (k->events[*next].at_us > (uint64_t)INT64_MAX / NT_USEC || (nt_time)k->events[*next].at_us * NT_USEC > until)
            break;
        if (is_step(k, &k->events[*next]))
            err = add_step(l, k, &k->events[*next]);
    }
    return err;
}

/* --- columns --- */

/* Nodes that no packet met and no step concerns get no column: those after them move up. */
static void drop_unused(const struct nt_ways *w, const struct nt_result_case *k, uint32_t *column_of, bool *used)
{
    uint32_t at[NT_LADDER_COLUMNS_MAX] = {0}, count = 0;
    for (size_t i = 0; i < w->count; i++)
        for (uint32_t n = 0; n < w->ways[i].node_count; n++)
            used[w->ways[i].nodes[n]] = true;
    for (size_t i = 0; k != NULL && i < k->event_count; i++)
        for (size_t n = 0; n < w->node_count && is_step(k, &k->events[i]); n++)
            used[n] = used[n] || strcmp(w->nodes[n], nt_event_text(k, k->events[i].node)) == 0;
    for (size_t n = 0; n < w->node_count; n++)
        if (used[n])
            at[column_of[n]] = 1;
    for (size_t i = 0; i < NT_LADDER_COLUMNS_MAX; i++)
        at[i] = at[i] != 0 ? count++ : count;
    for (size_t n = 0; n < w->node_count; n++)
        column_of[n] = at[column_of[n]];
}

static int make_columns(struct nt_ladder *l, const struct nt_ways *w, const struct nt_result_case *k, uint32_t *column_of)
{
    bool used[NT_LADDER_COLUMNS_MAX] = {false};
    int err = NT_OK;
    if (k != NULL && k->node_count > 0)
        nt_topology_order(w, k, column_of);
    else
        err = nt_ways_order(w, column_of);
    if (err != NT_OK)
        return err;
    drop_unused(w, k, column_of, used);
    for (size_t n = 0; n < w->node_count; n++)
        l->column_count += used[n];
    l->columns = calloc(l->column_count + 1, sizeof *l->columns);
    if (l->columns == NULL)
        return NT_ENOMEM;
    for (size_t n = 0; n < w->node_count; n++) {
        if (!used[n])
            continue;
        l->columns[column_of[n]] = nt_shown(w->nodes[n], false);
        if (l->columns[column_of[n]] == NULL)
            return NT_ENOMEM;
    }
    return NT_OK;
}

/* --- what the verdict names --- */

static void name_frame(uint8_t *named, size_t frames, uint32_t frame)
{
    if (frame <= frames)
        named[frame] = 1;
}

/* Marks the packets of which one of the frames is named. */
static int name_packets(struct nt_ladder *l, const struct nt_result_case *k, size_t frames)
{
    uint8_t *named = calloc(frames + 1, 1);
    if (named == NULL)
        return NT_ENOMEM;
    name_frame(named, frames, k->packet);
    for (size_t i = 0; i < k->violation_count; i++)
        name_frame(named, frames, k->violations[i].packet);
    for (size_t i = 0; i < k->limit_count; i++)
        name_frame(named, frames, k->limits[i].packet);
    for (size_t i = 0; i < k->why_not_count; i++)
        name_frame(named, frames, k->why_not[i].packet > 0 ? (uint32_t)k->why_not[i].packet : 0);
    for (size_t i = 0; i < k->agent_count; i++)
        for (size_t p = 0; p < k->agents[i].prflx_count; p++)
            name_frame(named, frames, k->agents[i].prflx[p].packet);
    for (size_t i = 0; i < l->row_count; i++)
        for (uint32_t f = l->rows[i].frame; f != 0; f = l->next_frame[f])
            l->rows[i].named = l->rows[i].named || named[f] != 0;
    free(named);
    return NT_OK;
}

/* --- all of it --- */

/* "data 100 to 1200 bytes" */
static int note_sizes(struct nt_ladder *l, struct nt_ladder_row *r, struct nt_text *scratch)
{
    uint32_t low, high, size;
    size_t len = nt_ladder_data(r->text, &low);
    if (r->repeats == 0 || len == 0)
        return NT_OK;
    high = low;
    for (uint32_t i = r->next; i != 0; i = l->rows[i].next) {
        nt_ladder_data(l->rows[i].text, &size);
        low = size < low ? size : low;
        high = size > high ? size : high;
    }
    if (low == high)
        return NT_OK;
    scratch->len = 0;
    nt_text_add(scratch, r->text, len);
    nt_text_printf(scratch, "%u to %u bytes", (unsigned)low, (unsigned)high);
    r->sizes = scratch->err == NT_OK ? keep_text(l, scratch->p) : NULL;
    return r->sizes != NULL ? NT_OK : NT_ENOMEM;
}

static int make_rows(struct nt_ladder *l, const struct nt_capture *c, const struct nt_result_case *k, const struct nt_ways *w,
                     const uint32_t *column_of)
{
    struct nt_text scratch = {0};
    size_t next = 0;
    int err = NT_OK;
    l->rows = calloc(w->count + count_steps(k) + 1, sizeof *l->rows);
    if (l->rows == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < w->count && err == NT_OK; i++) {
        err = add_steps(l, k, c->frames[w->ways[i].first].at, &next);
        if (err == NT_OK)
            err = add_packet(l, c, &w->ways[i], column_of, &scratch);
    }
    if (err == NT_OK)
        err = add_steps(l, k, INT64_MAX, &next);
    if (err == NT_OK && k != NULL)
        err = name_packets(l, k, w->frames);
    if (err == NT_OK)
        err = nt_ladder_fold(l);
    for (size_t i = 0; i < l->row_count && err == NT_OK; i++)
        err = note_sizes(l, &l->rows[i], &scratch);
    nt_text_free(&scratch);
    return err;
}

int nt_ladder_make(struct nt_ladder *l, const struct nt_capture *c, const struct nt_result_case *k)
{
    struct nt_ways w;
    uint32_t column_of[NT_LADDER_COLUMNS_MAX];
    *l = (struct nt_ladder){0};
    int err = nt_ways_make(&w, c);
    if (err != NT_OK)
        return err;
    l->missing = (c->total > c->frame_count ? c->total : c->frame_count) - w.frames;
    l->next_frame = w.next_frame;
    w.next_frame = NULL;
    err = make_columns(l, &w, k, column_of);
    if (err == NT_OK)
        err = make_rows(l, c, k, &w, column_of);
    nt_ways_free(&w);
    if (err != NT_OK)
        nt_ladder_free(l);
    return err;
}

nt_time nt_ladder_every(const struct nt_ladder *l, const struct nt_ladder_row *r, bool *regular)
{
    nt_time every = r->repeats > 0 ? (r->last - r->at) / r->repeats : 0, before = r->at;
    *regular = true;
    for (uint32_t i = r->next; i != 0; i = l->rows[i].next) {
        *regular = *regular && l->rows[i].at - before == every;
        before = l->rows[i].at;
    }
    return every;
}

void nt_ladder_free(struct nt_ladder *l)
{
    for (size_t i = 0; l->columns != NULL && i < l->column_count; i++)
        free(l->columns[i]);
    for (struct nt_ladder_texts *t = l->texts, *before; t != NULL; t = before) {
        before = t->before;
        free(t);
    }
    free(l->columns);
    free(l->rows);
    free(l->next_frame);
    *l = (struct nt_ladder){0};
}
