#include "scenarios/command/retake.h"
#include "core/base/err.h"
#include "pcap/read.h"
#include "reports/texts.h"

#include <stdio.h>

#define PATH_BYTES 4096

/* A capture that cannot be read leaves an empty ladder: the page says so. */
static bool read_capture(struct nt_capture *capture, const char *dir, const char *name)
{
    char path[PATH_BYTES], what[200];
    if (name == NULL || snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
        return false;
    return nt_capture_read(capture, path, what, sizeof what) == NT_OK;
}

int nt_retake_case(struct nt_results *results, size_t index, const struct nt_case_place *place, const struct nt_result_case *c,
                   const char *dir)
{
    struct nt_capture capture;
    struct nt_text texts = {0};
    char head[NT_CASE_LINE_HEAD];
    unsigned wanted = nt_texts_wanted(results);
    nt_capture_init(&capture);
    bool drawn = nt_texts_have_details(c, wanted) && read_capture(&capture, dir, c->capture);
    nt_texts_make(&texts, c, dir, drawn ? &capture : NULL, wanted);
    int r = texts.err;
    if (r == NT_OK)
        r = nt_results_take(results, index, nt_case_line_head(place, head), texts.p, texts.len);
    nt_text_free(&texts);
    nt_capture_free(&capture);
    return r;
}
