/* The results of a run, as the process that collects them has them: a brief of each case in memory, the texts that were made of it
 * on disk. */
#ifndef NT_RESULT_RESULTS_H
#define NT_RESULT_RESULTS_H

#include "reports/result/append.h"
#include "reports/result/brief.h"

#define NT_RESULTS_MAX 10000000      /* cases of one run */
#define NT_PAGE_DETAILS_MAX 32000000 /* bytes of details of all cases in report.html; beyond, cases that passed go without */

/* What is made of a finished case, once (reports/texts.h). Each but the first may be empty. */
enum nt_case_text {
    NT_CASE_BRIEF = 0,
    NT_CASE_JSON,     /* its entry in results.json */
    NT_CASE_LOG,      /* what its line in the log has besides */
    NT_CASE_JUNIT,    /* its element in junit.xml */
    NT_CASE_OVERVIEW, /* its records in report.html */
    NT_CASE_DETAILS,
    NT_CASE_TEXTS
};

/* The texts of a case begin with this. */
struct nt_texts_head {
    uint32_t len[NT_CASE_TEXTS];
    uint32_t details_least; /* what the details take of the page at least, if the case passed */
};

struct nt_results_entry {
    struct nt_brief brief;
    uint64_t json_at;   /* in the log, without its '{' */
    uint64_t others_at; /* in `others`, one after the other */
    struct nt_texts_head texts;
};

struct nt_results {
    uint64_t seed;
    char *stamp;                    /* with --stamp: ISO 8601; NULL */
    struct nt_results_entry *cases; /* in the order of the run */
    size_t case_count;
    struct nt_append log;    /* cases.jsonl */
    struct nt_append others; /* the texts that are not in the log */
    struct nt_strings shared;
    struct nt_text line;
    size_t first_missing; /* cases before it have come, */
    uint64_t details;     /* and this is what the details of those that passed take of the page at least */
    bool incomplete;      /* texts could not be put down: there can be no reports */
    bool partial;         /* cases of the run are missing */
    uint64_t whole;       /* then: of how many, as far as it is known */
};

/* Makes room for `count` cases. The log is the caller's to open, `others` too, unless no case has other texts. 0, NT_ENOMEM,
 * NT_ELIMIT. To be freed in any case. */
int nt_results_begin(struct nt_results *r, size_t count);
/* Takes the texts of a case that nt_texts_make has made. Its line is appended to the log: its JSON with `head` for its '{', and
 * what the log has besides before its '}'. 0; NT_EIO (errno): the brief is there, and no text; NT_EFORMAT, NT_ENOMEM. */
int nt_results_take(struct nt_results *r, size_t index, const char *head, const char *texts, size_t len);
/* False: the details of cases that passed, of those that are still to come, have no place in the page. */
bool nt_results_want_details(const struct nt_results *r);
bool nt_results_has(const struct nt_results *r, size_t index);
void nt_results_close_gaps(struct nt_results *r); /* leaves out the cases that have not come: the results are partial */
#define NT_RESULTS_PART 100
/* What each report says of a partial run: "part of a run: 9 of 400 cases". Returns `text`. */
const char *nt_results_part(const struct nt_results *r, char text[NT_RESULTS_PART]);
/* Replaces *t by a text of a case. 0, NT_EIO (errno) or NT_ENOMEM. */
int nt_results_text(const struct nt_results *r, size_t index, enum nt_case_text which, struct nt_text *t);
void nt_results_free(struct nt_results *r);
void nt_results_count(const struct nt_results *r, size_t counts[4]); /* by enum nt_outcome */

#endif
