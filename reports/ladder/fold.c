#include "reports/ladder/fold.h"

#include "core/base/err.h"
#include "core/base/hash.h"
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

struct fold {
    struct nt_ladder *l;
    uint32_t *kind; /* by row; NT_MAP_NONE: a step, or named by the verdict */
    uint32_t kind_count;
    uint32_t *count; /* by kind: in the span that is looked at */
    uint32_t *open;  /* by kind: the last row of it so far, and one more; 0: none */
    uint32_t *first; /* likewise: the row that stands for it */
    bool *data;      /* by kind */
    bool *ends;      /* by row: no packet but data is folded across it */
};

size_t nt_ladder_data(const char *text, uint32_t *size)
{
    static const char end[] = " bytes";
    size_t len = strlen(text), digits = len - (sizeof end - 1);
    if (len < sizeof end || strcmp(text + digits, end) != 0 ||
        (strstr(text, "data ") == NULL && strncmp(text, "ChannelData ", 12) != 0 && strncmp(text, "fragment, ", 10) != 0))
        return 0;
    while (digits > 0 && text[digits - 1] >= '0' && text[digits - 1] <= '9')
        digits--;
    *size = (uint32_t)strtoul(text + digits, NULL, 10);
    return digits;
}

/* A hash of all that two packets of a kind have in common. */
static uint64_t kind_of(const struct nt_ladder_row *r, bool *is_data)
{
    uint32_t size;
    size_t data = nt_ladder_data(r->text, &size);
    const uint64_t parts[] = {(uint64_t)r->from << 32 | r->to,
                              r->via,
                              r->dropped,
                              nt_hash(r->text, data > 0 ? data : strlen(r->text)),
                              nt_hash(r->note, strlen(r->note)),
                              nt_hash(r->fate, strlen(r->fate)),
                              data};
    *is_data = data > 0;
    return nt_hash(parts, sizeof parts);
}

static int number_kinds(struct fold *f)
{
    struct nt_map numbers;
    int err = NT_OK;
    nt_map_init(&numbers, sizeof(uint64_t));
    for (size_t i = 0; i < f->l->row_count && err == NT_OK; i++) {
        const struct nt_ladder_row *r = &f->l->rows[i];
        bool is_data;
        f->kind[i] = NT_MAP_NONE;
        f->ends[i] = r->step || r->named;
        if (r->step || r->named)
            continue;
        uint64_t kind = kind_of(r, &is_data);
        f->kind[i] = nt_map_get(&numbers, &kind);
        if (f->kind[i] != NT_MAP_NONE)
            continue;
        f->kind[i] = f->kind_count++;
        f->data[f->kind[i]] = is_data;
        err = nt_map_put(&numbers, &kind, f->kind[i]);
    }
    nt_map_free(&numbers);
    return err;
}

static bool is_counted(const struct fold *f, size_t row)
{
    return f->kind[row] != NT_MAP_NONE && !f->data[f->kind[row]];
}

/* Packets that are the only ones of their kind from `first` up to `end` end the span. Whether there are any. */
static bool end_at_single(struct fold *f, size_t first, size_t end)
{
    bool found = false;
    for (size_t i = first; i < end; i++)
        if (is_counted(f, i))
            f->count[f->kind[i]]++;
    for (size_t i = first; i < end; i++)
        if (is_counted(f, i) && f->count[f->kind[i]] == 1)
            found = f->ends[i] = true;
    for (size_t i = first; i < end; i++)
        if (is_counted(f, i))
            f->count[f->kind[i]] = 0;
    return found;
}

static void find_spans(struct fold *f)
{
    for (size_t first = 0, end; first < f->l->row_count;) {
        for (end = first; end < f->l->row_count && !f->ends[end]; end++)
            ;
        if (!end_at_single(f, first, end))
            first = end + 1;
    }
}

/* The row is one more of its kind. */
static void join(struct fold *f, uint32_t row)
{
    struct nt_ladder_row *rows = f->l->rows;
    uint32_t kind = f->kind[row];
    if (f->open[kind] == 0) {
        f->first[kind] = row;
    } else {
        rows[f->open[kind] - 1].next = row;
        rows[f->first[kind]].repeats++;
        rows[f->first[kind]].last = rows[row].at;
        rows[row].folded = true;
    }
    f->open[kind] = row + 1;
}

/* What was opened since `first` is closed, of data or of the rest. */
static void close_span(struct fold *f, size_t first, size_t end, bool data)
{
    for (size_t i = first; i < end; i++)
        if (f->kind[i] != NT_MAP_NONE && f->data[f->kind[i]] == data)
            f->open[f->kind[i]] = 0;
}

static void join_rows(struct fold *f)
{
    size_t data_span = 0, span = 0;
    for (size_t i = 0; i < f->l->row_count; i++) {
        if (f->l->rows[i].step) {
            close_span(f, data_span, i, true);
            data_span = i;
        }
        if (f->ends[i]) {
            close_span(f, span, i, false);
            span = i;
        }
        if (f->kind[i] != NT_MAP_NONE)
            join(f, (uint32_t)i);
    }
}

int nt_ladder_fold(struct nt_ladder *l)
{
    size_t n = l->row_count + 1;
    struct fold f = {.l = l,
                     .kind = calloc(n, sizeof *f.kind),
                     .count = calloc(n, sizeof *f.count),
                     .open = calloc(n, sizeof *f.open),
                     .first = calloc(n, sizeof *f.first),
                     .data = calloc(n, sizeof *f.data),
                     .ends = calloc(n, sizeof *f.ends)};
    int err = f.kind != NULL && f.count != NULL && f.open != NULL && f.first != NULL && f.data != NULL && f.ends != NULL
                  ? NT_OK
                  : NT_ENOMEM;
    if (err == NT_OK)
        err = number_kinds(&f);
    if (err == NT_OK) {
        find_spans(&f);
        join_rows(&f);
    }
    free(f.kind);
    free(f.count);
    free(f.open);
    free(f.first);
    free(f.data);
    free(f.ends);
    return err;
}
