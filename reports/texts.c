#include "reports/texts.h"

#include "core/base/err.h"
#include "reports/junit.h"
#include "reports/page/page_record.h"
#include "reports/result/result_json.h"

#include <string.h>

static void make_text(struct nt_text *t, enum nt_case_text which, const struct nt_result_case *c, const char *dir,
                      const struct nt_capture *capture)
{
    switch (which) {
    case NT_CASE_BRIEF: nt_brief_pack(t, c); break;
    case NT_CASE_JSON: nt_result_case_json(t, c); break;
    case NT_CASE_LOG: nt_result_case_log(t, c); break;
    case NT_CASE_JUNIT: nt_junit_case(t, c, dir); break;
    case NT_CASE_OVERVIEW: nt_page_overview(t, c); break;
    case NT_CASE_DETAILS: nt_page_details(t, c, dir, capture); break;
    case NT_CASE_TEXTS: break;
    }
}

unsigned nt_texts_wanted(const struct nt_results *r)
{
    if (r->others.fd < 0)
        return 0;
    return NT_TEXTS_REPORTS | (nt_results_want_details(r) ? NT_TEXTS_DETAILS : 0);
}

bool nt_texts_have_details(const struct nt_result_case *c, unsigned wanted)
{
    return (wanted & NT_TEXTS_REPORTS) != 0 && (c->outcome != NT_PASS || (wanted & NT_TEXTS_DETAILS) != 0);
}

static bool is_wanted(enum nt_case_text which, const struct nt_result_case *c, unsigned wanted)
{
    if (which == NT_CASE_DETAILS)
        return nt_texts_have_details(c, wanted);
    return which <= NT_CASE_LOG || (wanted & NT_TEXTS_REPORTS) != 0;
}

/* What of the page's limit is taken for sure; 0 when the page does not count this case. */
static uint32_t details_least(const struct nt_result_case *c, const char *record, size_t len)
{
    return c->outcome == NT_PASS && len <= NT_PAGE_RECORD_MAX ? (uint32_t)nt_page_record_least(record, len) : 0;
}

void nt_texts_make(struct nt_text *t, const struct nt_result_case *c, const char *dir, const struct nt_capture *capture,
                   unsigned wanted)
{
    struct nt_texts_head head = {0};
    size_t start = t->len, before = start;
    nt_text_add(t, (const char *)&head, sizeof head);
    for (enum nt_case_text which = NT_CASE_BRIEF; which < NT_CASE_TEXTS; which++) {
        before = t->len;
        if (is_wanted(which, c, wanted))
            make_text(t, which, c, dir, capture);
        if (t->len - before > UINT32_MAX)
            t->err = NT_ELIMIT;
        head.len[which] = (uint32_t)(t->len - before);
    }
    if (t->err != NT_OK)
        return;
    head.details_least = details_least(c, t->p + before, t->len - before);
    memcpy(t->p + start, &head, sizeof head);
}
