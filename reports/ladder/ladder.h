/* The ladder of a capture: one row for each packet, from the tap where it appeared to the one where it ended, over the columns of
 * the nodes. Plain data for the console (natsim explain) and the HTML report. */
#ifndef NT_LADDER_LADDER_H
#define NT_LADDER_LADDER_H

#include "pcap/capture.h"
#include "reports/ladder/limits.h"

struct nt_ladder_row {
    nt_time at;
    uint32_t frame;    /* the first one */
    uint32_t from, to; /* columns */
    uint64_t via;      /* bits of the columns that it passed in between */
    bool dropped;
    char *text; /* what it is */
    char *note; /* its addresses, with each translation */
    char *fate; /* who dropped it or passed it over, with the reason, and what was odd in it; "": nothing */
};

struct nt_ladder_texts;

struct nt_ladder {
    char **columns;
    size_t column_count;
    struct nt_ladder_row *rows;
    size_t row_count;
    struct nt_ladder_texts *texts; /* those of the rows, many in one piece of memory */
    uint64_t missing;              /* further frames, which are not drawn */
};

/* 0 or NT_ENOMEM, and then *l is empty. */
int nt_ladder_make(struct nt_ladder *l, const struct nt_capture *c);
void nt_ladder_free(struct nt_ladder *l);

#endif
