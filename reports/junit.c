#include "reports/junit.h"

#include "core/base/err.h"
#include "reports/output.h"
#include "reports/result/command.h"
#include "reports/result/words.h"

#include <libxml/xmlwriter.h>

#include <stdlib.h>
#include <string.h>

struct junit {
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
    char *clean = nt_clean(value, false);
    note_result(j, clean != NULL ? xmlTextWriterWriteAttribute(j->w, (const xmlChar *)name, (const xmlChar *)clean) : -1);
    free(clean);
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
    char *clean = nt_clean(s, true);
    note_result(j, clean != NULL ? xmlTextWriterWriteString(j->w, (const xmlChar *)clean) : -1);
    free(clean);
}

static void put_property(struct junit *j, const char *name, const char *value)
{
    open_element(j, "property");
    put_attribute(j, "name", name);
    put_attribute(j, "value", value);
    close_element(j);
}

static void put_properties(struct junit *j, const struct nt_result_case *c)
{
    char buf[64];
    open_element(j, "properties");
    for (size_t i = 0; i < c->param_count; i++)
        put_property(j, c->params[i].name, c->params[i].label != NULL ? c->params[i].label : c->params[i].json);
    snprintf(buf, sizeof buf, "%llu", (unsigned long long)c->seed);
    put_property(j, "seed", buf);
    if (c->path != NULL)
        put_property(j, "path", c->path);
    if (c->expected_paths != 0)
        put_property(j, "expected-path", nt_paths_text(c->expected_paths, buf));
    if (c->connect_ms >= 0) {
        snprintf(buf, sizeof buf, "%lld", (long long)c->connect_ms);
        put_property(j, "connect-ms", buf);
    }
    if (c->capture != NULL)
        put_property(j, "attachment", c->capture);
    close_element(j);
}

static void put_failure_body(struct junit *j, const struct nt_result_case *c)
{
    struct nt_text t = {0};
    char *command = nt_result_command(c);
    nt_text_printf(&t, "%s\n", c->reason != NULL ? c->reason : "");
    if (c->line != 0)
        nt_text_printf(&t, "scenario: %s:%d\n", c->file, c->line);
    for (size_t i = 0; i < c->violation_count && i < 20; i++)
        nt_text_printf(&t, "%s: %s, packet %u: %s\n", c->violations[i].rule,
                       c->violations[i].agent != NULL ? c->violations[i].agent : "-", (unsigned)c->violations[i].packet,
                       c->violations[i].detail != NULL ? c->violations[i].detail : "");
    if (c->packet != 0)
        nt_text_printf(&t, "packet: %u\n", (unsigned)c->packet);
    if (c->capture != NULL)
        nt_text_printf(&t, "capture: %s\n", c->capture);
    nt_text_printf(&t, "run it alone: %s\n", command != NULL ? command : "");
    if (t.err != NT_OK || command == NULL)
        j->err = NT_ENOMEM;
    else
        put_content(j, t.p);
    free(command);
    nt_text_free(&t);
}

static void put_outcome(struct junit *j, const struct nt_result_case *c)
{
    if (c->outcome == NT_PASS)
        return;
    open_element(j, c->outcome == NT_FAIL ? "failure" : c->outcome == NT_ERROR ? "error" : "skipped");
    put_attribute(j, "message", c->reason);
    if (c->outcome != NT_SKIP) {
        put_attribute(j, "type", nt_outcome_name(c->outcome));
        put_failure_body(j, c);
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

static void put_test_case(struct junit *j, const struct nt_result_case *c)
{
    open_element(j, "testcase");
    put_class_name(j, c->file);
    put_attribute(j, "name", c->id);
    put_attribute(j, "file", c->file);
    if (c->line != 0)
        put_number(j, "line", (uint64_t)c->line);
    put_seconds(j, (uint64_t)c->virtual_ms);
    put_properties(j, c);
    put_outcome(j, c);
    if (c->capture != NULL) {
        open_element(j, "system-out");
        put_content(j, "[[ATTACHMENT|");
        put_content(j, c->capture);
        put_content(j, "]]");
        close_element(j);
    }
    close_element(j);
}

static bool same_file(const struct nt_result_case *a, const struct nt_result_case *b)
{
    return strcmp(a->file != NULL ? a->file : "", b->file != NULL ? b->file : "") == 0;
}

static void put_counts(struct junit *j, const struct nt_result_case *c, size_t n)
{
    size_t by[4] = {0};
    uint64_t ms = 0;
    for (size_t i = 0; i < n; i++) {
        by[c[i].outcome]++;
        ms += (uint64_t)c[i].virtual_ms;
    }
    put_number(j, "tests", n);
    put_number(j, "failures", by[NT_FAIL]);
    put_number(j, "errors", by[NT_ERROR]);
    put_number(j, "skipped", by[NT_SKIP]);
    put_seconds(j, ms);
}

/* Cases come file by file. */
static void put_suite(struct junit *j, const struct nt_results *r, size_t first, size_t n)
{
    open_element(j, "testsuite");
    put_attribute(j, "name", r->cases[first].file);
    put_attribute(j, "file", r->cases[first].file);
    put_counts(j, r->cases + first, n);
    if (r->stamp != NULL)
        put_attribute(j, "timestamp", r->stamp);
    for (size_t i = first; i < first + n; i++)
        put_test_case(j, &r->cases[i]);
    close_element(j);
}

static void put_document(struct junit *j, const struct nt_results *r)
{
    note_result(j, xmlTextWriterSetIndent(j->w, 1));
    note_result(j, xmlTextWriterStartDocument(j->w, NULL, "UTF-8", NULL));
    open_element(j, "testsuites");
    put_attribute(j, "name", "natsim");
    put_counts(j, r->cases, r->case_count);
    for (size_t i = 0, n; i < r->case_count; i += n) {
        for (n = 1; i + n < r->case_count && same_file(&r->cases[i], &r->cases[i + n]); n++)
            ;
        put_suite(j, r, i, n);
    }
    close_element(j);
    note_result(j, xmlTextWriterEndDocument(j->w));
}

int nt_report_junit(const struct nt_results *r, const char *dir)
{
    struct nt_text t = {0};
    xmlBufferPtr buffer = xmlBufferCreate();
    if (buffer == NULL)
        return NT_ENOMEM;
    struct junit j = {.w = xmlNewTextWriterMemory(buffer, 0)};
    if (j.w == NULL) {
        xmlBufferFree(buffer);
        return NT_ENOMEM;
    }
    put_document(&j, r);
    xmlFreeTextWriter(j.w);
    nt_text_add(&t, (const char *)xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer));
    xmlBufferFree(buffer);
    if (j.err != NT_OK)
        t.err = j.err;
    return nt_write_text(&t, dir, "junit.xml");
}
