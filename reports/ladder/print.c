#include "reports/ladder/print.h"

#include "core/base/shown.h"

#include "reports/result/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define GAP_MIN 8

static void place_columns(const struct nt_ladder *l, size_t *at)
{
    size_t x = 0;
    for (size_t i = 0; i < l->column_count; i++) {
        at[i] = x;
        size_t width = nt_text_width(l->columns[i]) + 2;
        x += width > GAP_MIN ? width : GAP_MIN;
    }
    at[l->column_count] = x;
}

static void print_head(const struct nt_ladder *l, const size_t *at, FILE *out)
{
    fputs("   time ms   frame  ", out);
    for (size_t i = 0; i < l->column_count; i++)
        fprintf(out, "%s%*s", l->columns[i], (int)(at[i + 1] - at[i] - nt_text_width(l->columns[i])), "");
    fputc('\n', out);
}

static void draw_arrow(const struct nt_ladder_row *r, const struct nt_ladder *l, const size_t *at, char *line)
{
    size_t width = at[l->column_count], low = r->from < r->to ? r->from : r->to, high = r->from < r->to ? r->to : r->from;
    memset(line, ' ', width);
    line[width] = '\0';
    for (size_t i = 0; i < l->column_count; i++)
        line[at[i]] = i <= low || i >= high ? '|' : r->via >> i & 1 ? '+' : '-';
    for (size_t x = at[low] + 1; x < at[high]; x++)
        if (line[x] == ' ')
            line[x] = '-';
    if (r->step)
        line[at[r->to]] = '*';
    else if (r->dropped)
        line[at[r->to]] = 'x';
    else if (r->to > r->from)
        line[at[r->to] - 1] = '>';
    else if (r->to < r->from)
        line[at[r->to] + 1] = '<';
}

static void put_ms(FILE *out, nt_time t, int width)
{
    long long us = (long long)(t / NT_USEC);
    fprintf(out, "%*lld.%03lld", width, us / 1000, (us < 0 ? -us : us) % 1000);
}

/* " (10 times, every 20.000 ms until 20180.000)" */
static void put_repeats(const struct nt_ladder *l, const struct nt_ladder_row *r, FILE *out)
{
    bool regular;
    nt_time every = nt_ladder_every(l, r, &regular);
    fprintf(out, ", %u times, %severy ", (unsigned)r->repeats + 1, regular ? "" : "about ");
    put_ms(out, every, 0);
    fputs(" ms until ", out);
    put_ms(out, r->last, 0);
}

static void put_brackets(const struct nt_ladder_row *r, FILE *out, bool colour)
{
    char *note = nt_shown(r->note, false), *fate = nt_shown(r->fate, false);
    fprintf(out, "  %s(%s%s%s)%s", colour ? "\033[2m" : "", note != NULL ? note : "",
            *r->note != '\0' && *r->fate != '\0' ? "; " : "", fate != NULL ? fate : "", colour ? "\033[0m" : "");
    free(note);
    free(fate);
}

static void print_row(const struct nt_ladder *l, const struct nt_ladder_row *r, const char *line, FILE *out, bool colour,
                      bool unfolded)
{
    char *text = nt_shown(r->sizes != NULL && !unfolded ? r->sizes : r->text, false);
    put_ms(out, r->at, 6);
    if (r->step)
        fputs("    step  ", out);
    else
        fprintf(out, " %7u  ", (unsigned)r->frame);
    fprintf(out, "%s%s%s  %s", colour && r->dropped ? "\033[31m" : "", line, colour && r->dropped ? "\033[0m" : "",
            text != NULL ? text : "");
    if (r->repeats > 0 && !unfolded)
        put_repeats(l, r, out);
    if (!r->step)
        put_brackets(r, out, colour);
    fputc('\n', out);
    free(text);
}

void nt_ladder_print(const struct nt_ladder *l, FILE *out, bool colour, bool unfolded)
{
    size_t at[NT_LADDER_COLUMNS_MAX + 1];
    place_columns(l, at);
    char *line = malloc(at[l->column_count] + 1);
    if (line == NULL)
        return;
    print_head(l, at, out);
    for (size_t i = 0; i < l->row_count; i++) {
        if (l->rows[i].folded && !unfolded)
            continue;
        draw_arrow(&l->rows[i], l, at, line);
        print_row(l, &l->rows[i], line, out, colour, unfolded);
    }
    if (l->missing > 0)
        fprintf(out, "(%" PRIu64 " further frames are not drawn: the capture has them)\n", l->missing);
    free(line);
}
