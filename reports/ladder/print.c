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
    if (r->dropped)
        line[at[r->to]] = 'x';
    else if (r->to > r->from)
        line[at[r->to] - 1] = '>';
    else if (r->to < r->from)
        line[at[r->to] + 1] = '<';
}

void nt_ladder_print(const struct nt_ladder *l, FILE *out, bool colour)
{
    size_t at[NT_LADDER_COLUMNS_MAX + 1];
    place_columns(l, at);
    char *line = malloc(at[l->column_count] + 1);
    if (line == NULL)
        return;
    print_head(l, at, out);
    for (size_t i = 0; i < l->row_count; i++) {
        const struct nt_ladder_row *r = &l->rows[i];
        draw_arrow(r, l, at, line);
        char *text = nt_shown(r->text, false), *note = nt_shown(r->note, false), *fate = nt_shown(r->fate, false);
        long long us = (long long)(r->at / NT_USEC);
        fprintf(out, "%6lld.%03lld %7u  %s%s%s  %s  %s(%s%s%s)%s\n", us / 1000, (us < 0 ? -us : us) % 1000, (unsigned)r->frame,
                colour && r->dropped ? "\033[31m" : "", line, colour && r->dropped ? "\033[0m" : "", text != NULL ? text : "",
                colour ? "\033[2m" : "", note != NULL ? note : "", *r->note != '\0' && *r->fate != '\0' ? "; " : "",
                fate != NULL ? fate : "", colour ? "\033[0m" : "");
        free(text);
        free(note);
        free(fate);
    }
    if (l->missing > 0)
        fprintf(out, "(%" PRIu64 " further frames are not drawn: the capture has them)\n", l->missing);
    free(line);
}
