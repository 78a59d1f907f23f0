#include "reports/junit.h"

#include "core/base/err.h"
#include "core/base/shown.h"
#include "reports/findings.h"
#include "reports/output.h"
#include "reports/result/command.h"
#include "reports/result/result.h"
#include "reports/result/words.h"

#include <libxml/xmlwriter.h>

#include <stdlib.h>
#include <string.h>

#define FINDINGS_SHOWN 20 /* of one list of a case; the file says how many more there are */

struct junit {
    xmlBufferPtr buffer;
    xmlTextWriterPtr w;
    int err; /* sticks */
};

static void note_result(struct junit *j, int rc)
{
    if (rc < 0)
        j->err = NT_ENOMEM;
}

static void open_element(struct junit *j, const char *name)
{
    note_result(j, xmlTextWriterStartElement(j->w, (const xmlChar *)name));
}

static void close_element(struct junit *j)
{
    note_result(j, xmlTextWriterEndElement(j->w));
}

static void put_attribute(struct junit *j, const char *name, const char *value)
{
    char *shown = nt_shown(value, false);
    note_result(j, shown != NULL ? xmlTextWriterWriteAttribute(j->w, (const xmlChar *)name, (const xmlChar *)shown) : -1);
    free(shown);
}

static void put_number(struct junit *j, const char *name, uint64_t v)
{
    note_result(j, xmlTextWriterWriteFormatAttribute(j->w, (const xmlChar *)name, "%llu", (unsigned long long)v));
}

static void put_seconds(struct junit *j, uint64_t ms)
{
    note_result(j, xmlTextWriterWriteFormatAttribute(j->w, (const xmlChar *)"time", "%llu.%03u", (unsigned long long)(ms / 1000),
                                                     (unsigned)(ms % 1000)));
}

static void put_content(struct junit *j, const char *s)
{
    char *shown = nt_shown(s, true);
    note_result(j, shown != NULL ? xmlTextWriterWriteString(j->w, (const xmlChar *)shown) : -1);
    free(shown);
}

/* The schema takes no properties of a case: they are lines of its output. */
static void put_facts(struct nt_text *t, const struct nt_result_case *c)
{
    char buf[NT_PATHS_TEXT];
    for (size_t i = 0; i < c->param_count; i++)
        nt_text_printf(t, "%s = %s\n", c->params[i].name, nt_param_label(&c->params[i]));
    nt_text_printf(t, "seed: %llu\n", (unsigned long long)c->seed);
    if (c->path != NULL)
        nt_text_printf(t, "path: %s\n", c->path);
    if (c->expected_paths != 0)
        nt_text_printf(t, "expected path: %s\n", nt_paths_text(c->expected_paths, buf));
    if (c->connect_ms >= 0)
        nt_text_printf(t, "connected after: %lld ms\n", (long long)c->connect_ms);
    nt_text_printf(t, "virtual time: %lld ms\n", (long long)c->virtual_ms);
    if (c->data_gap_ms > 0)
        nt_text_printf(t, "longest gap of data: %lld ms\n", (long long)c->data_gap_ms);
    if (c->data_found != NULL)
        nt_text_printf(t, "data: %s\n", c->data_found);
}

/* A line for a file in `dir`. GitLab makes an address of the path, in which "./" and "//" have no place. */
static void put_file(struct nt_text *t, const char *before, const char *dir, const char *name, const char *behind)
{
    while (strncmp(dir, "./", 2) == 0)
        dir += 2;
    size_t len = strcmp(dir, ".") == 0 ? 0 : strlen(dir);
    while (len > 1 && dir[len - 1] == '/')
        len--;
    nt_text_printf(t, "%s%.*s%s%s%s\n", before, (int)len, dir, len > 0 && dir[len - 1] != '/' ? "/" : "", name, behind);
}

static void put_files(struct nt_text *t, const struct nt_result_case *c, const char *dir)
{
    if (c->capture != NULL)
        put_file(t, "capture: ", dir, c->capture, "");
    for (size_t i = 0; i < c->log_count; i++)
        put_file(t, "log: ", dir, c->logs[i].name, "");
}

static void put_commands(struct nt_text *t, const struct nt_result_case *c)
{
    char *run = nt_result_command(c), *explain = nt_result_explain(c);
    if (run == NULL || explain == NULL)
        t->err = NT_ENOMEM;
    else
        nt_text_printf(t, "run it alone: %s\nexplain it: %s\n", run, explain);
    free(run);
    free(explain);
}

/* No reader finds a file whose path ends the tag, or is shown otherwise than it is. */
static bool can_attach(const char *dir)
{
    return nt_is_shown_plain(dir) && strchr(dir, '|') == NULL && strstr(dir, "]]") == NULL;
}

/* Jenkins' attachments plugin wants a line for each; GitLab takes the first alone. */
static void put_attachments(struct nt_text *t, const struct nt_result_case *c, const char *dir)
{
    if (!can_attach(dir))
        return;
    if (c->capture != NULL)
        put_file(t, "[[ATTACHMENT|", dir, c->capture, "]]");
    for (size_t i = 0; i < c->log_count; i++)
        put_file(t, "[[ATTACHMENT|", dir, c->logs[i].name, "]]");
}

static void put_output(struct junit *j, const struct nt_result_case *c, const char *dir)
{
    struct nt_text t = {0};
    put_facts(&t, c);
    if (c->outcome == NT_PASS) /* otherwise they stand with the failure */
        nt_put_findings(&t, "violation", c->violations, c->violation_count, FINDINGS_SHOWN);
    nt_put_findings(&t, "advice", c->advice, c->advice_count, FINDINGS_SHOWN);
    nt_put_not_judged(&t, c);
    nt_put_why_not(&t, c, c->outcome == NT_PASS ? 0 : FINDINGS_SHOWN);
    put_files(&t, c, dir);
    put_commands(&t, c);
    put_attachments(&t, c, dir);
    if (t.err == NT_OK) {
        open_element(j, "system-out");
        put_content(j, t.p);
        close_element(j);
    }
    if (t.err != NT_OK)
        j->err = NT_ENOMEM;
    nt_text_free(&t);
}

/* Readers show this first, or alone. mikepenz/action-junit-report takes the last "FILE...:NUMBER" in it for the place. */
static void put_failure_body(struct junit *j, const struct nt_result_case *c, const char *dir)
{
    struct nt_text t = {0};
    nt_text_printf(&t, "%s\n", c->reason != NULL ? c->reason : "");
    nt_put_findings(&t, "violation", c->violations, c->violation_count, FINDINGS_SHOWN);
    if (c->packet != 0)
        nt_text_printf(&t, "packet: %u\n", (unsigned)c->packet);
    put_files(&t, c, dir);
    put_commands(&t, c);
    if (c->line != 0)
        nt_text_printf(&t, "scenario: %s:%d\n", nt_result_place(c), c->line);
    if (t.err != NT_OK)
        j->err = NT_ENOMEM;
    else
        put_content(j, t.p);
    nt_text_free(&t);
}

static void put_outcome(struct junit *j, const struct nt_result_case *c, const char *dir)
{
    if (c->outcome == NT_PASS)
        return;
    open_element(j, c->outcome == NT_FAIL ? "failure" : c->outcome == NT_ERROR ? "error" : "skipped");
    put_attribute(j, "message", c->reason);
    if (c->outcome != NT_SKIP) {
        put_attribute(j, "type", nt_outcome_name(c->outcome));
        put_failure_body(j, c, dir);
    }
    close_element(j);
}

/* "classic/four-types.yaml" is the class "classic.four-types". */
static void put_class_name(struct junit *j, const char *file)
{
    char *s = strdup(file != NULL ? file : "");
    if (s == NULL) {
        j->err = NT_ENOMEM;
        return;
    }
    char *dot = strrchr(s, '.');
    if (dot != NULL && strchr(dot, '/') == NULL)
        *dot = '\0';
    for (char *p = s; *p != '\0'; p++)
        if (*p == '/')
            *p = '.';
    put_attribute(j, "classname", s);
    free(s);
}

static void put_test_case(struct junit *j, const struct nt_result_case *c, const char *dir)
{
    open_element(j, "testcase");
    put_class_name(j, c->file);
    put_attribute(j, "name", c->id);
    put_seconds(j, (uint64_t)c->wall_ms);
    put_outcome(j, c, dir);
    put_output(j, c, dir);
    close_element(j);
}

static void open_document(struct junit *j)
{
    *j = (struct junit){.buffer = xmlBufferCreate()};
    j->w = j->buffer != NULL ? xmlNewTextWriterMemory(j->buffer, 0) : NULL;
    if (j->w == NULL) {
        j->err = NT_ENOMEM;
        return;
    }
    note_result(j, xmlTextWriterSetIndent(j->w, 1));
    note_result(j, xmlTextWriterStartDocument(j->w, NULL, "UTF-8", NULL));
    open_element(j, "testsuites");
}

/* Moves what was written to `t`, without the last `dropped` bytes. */
static void take_written(struct junit *j, struct nt_text *t, size_t dropped)
{
    note_result(j, xmlTextWriterFlush(j->w));
    size_t len = (size_t)xmlBufferLength(j->buffer);
    if (j->err == NT_OK && len >= dropped)
        nt_text_add(t, (const char *)xmlBufferContent(j->buffer), len - dropped);
    xmlBufferEmpty(j->buffer);
}

/* Elements that come from elsewhere follow: an element that is taken out again closes the start tag before them. */
static void take_start(struct junit *j, struct nt_text *t)
{
    open_element(j, "x");
    close_element(j);
    take_written(j, t, sizeof "  <x/>\n" - 1);
}

static int close_document(struct junit *j)
{
    if (j->w != NULL)
        xmlFreeTextWriter(j->w);
    if (j->buffer != NULL)
        xmlBufferFree(j->buffer);
    return j->err;
}

void nt_junit_case(struct nt_text *t, const struct nt_result_case *c, const char *dir)
{
    struct nt_text outside = {0};
    struct junit j;
    open_document(&j);
    if (j.err == NT_OK) {
        open_element(&j, "testsuite"); /* its depth is that of the case */
        take_start(&j, &outside);
        put_test_case(&j, c, dir);
        take_written(&j, t, 0);
    }
    if (close_document(&j) != NT_OK || outside.err != NT_OK)
        t->err = NT_ENOMEM;
    nt_text_free(&outside);
}

static bool same_file(const struct nt_results_entry *a, const struct nt_results_entry *b)
{
    return strcmp(a->brief.file, b->brief.file) == 0;
}

/* `missing`: cases of a partial run count as one error. */
static void put_counts(struct junit *j, const struct nt_results_entry *cases, size_t n, bool missing)
{
    size_t by[4] = {0};
    uint64_t ms = 0;
    for (size_t i = 0; i < n; i++) {
        by[cases[i].brief.n.outcome]++;
        ms += (uint64_t)cases[i].brief.n.wall_ms;
    }
    put_number(j, "tests", n + missing);
    put_number(j, "failures", by[NT_FAIL]);
    put_number(j, "errors", by[NT_ERROR] + missing);
    put_seconds(j, ms);
}

/* Of a suite alone: the schema refuses it on the outermost element. */
static void put_skipped(struct junit *j, const struct nt_results_entry *cases, size_t n)
{
    size_t skipped = 0;
    for (size_t i = 0; i < n; i++)
        skipped += cases[i].brief.n.outcome == NT_SKIP;
    put_number(j, "skipped", skipped);
}

static int write_text(FILE *out, struct nt_text *t)
{
    if (t->err == NT_OK && t->len > 0)
        fwrite(t->p, 1, t->len, out);
    t->len = 0;
    return t->err;
}

/* Cases come file by file. */
static int put_suite(struct junit *j, const struct nt_results *r, size_t first, size_t n, struct nt_text *t, FILE *out)
{
    const struct nt_results_entry *cases = r->cases + first;
    open_element(j, "testsuite");
    put_attribute(j, "name", cases->brief.file);
    put_attribute(j, "file", cases->brief.place);
    put_counts(j, cases, n, false);
    put_skipped(j, cases, n);
    if (r->stamp != NULL)
        put_attribute(j, "timestamp", r->stamp);
    take_start(j, t);
    int err = write_text(out, t);
    for (size_t i = first; i < first + n && err == NT_OK; i++) {
        err = nt_results_text(r, i, NT_CASE_JUNIT, t);
        if (err == NT_OK)
            err = write_text(out, t);
    }
    close_element(j);
    return err;
}

/* Readers show errors, and not what stands on the outermost element: a run that was cut short is not green. */
static void put_part(struct junit *j, const struct nt_results *r)
{
    char part[NT_RESULTS_PART];
    open_element(j, "testsuite");
    put_attribute(j, "name", "natsim");
    put_counts(j, r->cases, 0, true);
    put_skipped(j, r->cases, 0);
    open_element(j, "testcase");
    put_attribute(j, "classname", "natsim");
    put_attribute(j, "name", "the whole run");
    put_seconds(j, 0);
    open_element(j, "error");
    put_attribute(j, "message", nt_results_part(r, part));
    put_attribute(j, "type", "partial");
    close_element(j);
    close_element(j);
    close_element(j);
}

static int put_document(struct junit *j, const struct nt_results *r, struct nt_text *t, FILE *out)
{
    int err = NT_OK;
    put_attribute(j, "name", "natsim");
    put_counts(j, r->cases, r->case_count, r->partial);
    for (size_t i = 0, n; i < r->case_count && err == NT_OK; i += n) {
        for (n = 1; i + n < r->case_count && same_file(&r->cases[i], &r->cases[i + n]); n++)
            ;
        err = put_suite(j, r, i, n, t, out);
    }
    if (r->partial)
        put_part(j, r);
    close_element(j);
    note_result(j, xmlTextWriterEndDocument(j->w));
    take_written(j, t, 0);
    int last = write_text(out, t);
    return err != NT_OK ? err : last;
}

int nt_report_junit(const struct nt_results *r, const char *dir)
{
    struct nt_text t = {0};
    struct nt_file f;
    struct junit j;
    int err = nt_output_begin(&f, dir, "junit.xml");
    if (err != NT_OK)
        return err;
    open_document(&j);
    err = j.err == NT_OK ? put_document(&j, r, &t, f.out) : j.err;
    int closed = close_document(&j);
    nt_text_free(&t);
    return nt_file_end(&f, err != NT_OK ? err : closed);
}
