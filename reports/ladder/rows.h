/* The rows of a ladder, and the ladder that has them. */
#ifndef NT_LADDER_ROWS_H
#define NT_LADDER_ROWS_H

#include "core/base/time.h"
#include "reports/ladder/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nt_ladder_row {
    nt_time at;
    uint32_t frame;    /* the first one; 0: a step */
    uint32_t from, to; /* columns */
    uint64_t via;      /* bits of the columns that it passed in between */
    bool dropped;
    bool step;        /* from and to: where it acts */
    bool named;       /* the verdict, a violation, a discovery or a sentence about a pair speaks of the packet */
    bool folded;      /* an earlier row stands for it, too */
    uint32_t repeats; /* further packets that it stands for */
    uint32_t next;    /* the row of the next of these; 0: it is the last */
    nt_time last;     /* when the last of these came */
    char *text;       /* what it is */
    char *sizes;      /* of data that is folded and differs in size: what all of these are; NULL: `text` */
    char *note;       /* its addresses, with each translation */
    char *fate;       /* who dropped it or passed it over, with the reason, and what was odd in it; "": nothing */
};

struct nt_ladder_texts;

struct nt_ladder {
    char **columns;
    size_t column_count;
    struct nt_ladder_row *rows;
    size_t row_count;
    uint32_t *next_frame;          /* by frame, both from 1: the next one of the same packet; 0: none */
    struct nt_ladder_texts *texts; /* those of the rows, many in one piece of memory */
    uint64_t missing;              /* further frames, which are not drawn */
};

#endif
