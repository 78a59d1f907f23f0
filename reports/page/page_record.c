/* A record on its way: its counts, its strings as JSON, each with its length, then its text, in which STRING and four bytes stand
 * for a string. */
#include "reports/page/page_record.h"

#include "core/base/err.h"
#include "reports/ladder/ladder.h"
#include "reports/page/finding_lines.h"
#include "reports/page/log_tail.h"
#include "reports/page/packet_bytes.h"
#include "reports/page/script_text.h"
#include "reports/result/command.h"
#include "reports/result/json_text.h"
#include "reports/result/result.h"
#include "reports/result/result_fields.h"

#include <stdlib.h>
#include <string.h>

#define STRING '\x01' /* no byte of JSON */
#define STRING_BYTES (1 + sizeof(uint32_t))
#define EXACT_MAX (UINT64_C(1) << 53) /* what a number of JavaScript holds */

struct head {
    uint32_t strings, string_bytes, references;
};

struct writer {
    struct nt_text text;
    struct nt_strings strings;
    uint32_t references;
    const struct nt_capture *capture; /* of the ladder */
};

static void put_string(struct writer *w, const char *s)
{
    char reference[STRING_BYTES] = {STRING};
    uint32_t n = nt_string_number(&w->strings, s != NULL ? s : "", s != NULL ? strlen(s) : 0);
    memcpy(reference + 1, &n, sizeof n);
    nt_text_add(&w->text, reference, sizeof reference);
    w->references++;
}

static void put_address(struct writer *w, const struct nt_addr *a)
{
    char buf[NT_ADDR_TEXT];
    put_string(w, nt_addr_is_set(a) ? nt_addr_format(a, buf) : "");
}

static void put_unsigned(struct writer *w, uint64_t v, bool quoted)
{
    nt_text_add(&w->text, "\"", quoted);
    nt_json_unsigned(&w->text, v);
    nt_text_add(&w->text, "\"", quoted);
}

static void put_members(struct writer *w, const struct nt_record *r, const void *record, unsigned page);

static void put_record(struct writer *w, const struct nt_record *r, const void *record, unsigned page)
{
    nt_text_add(&w->text, "[", 1);
    put_members(w, r, record, page);
    nt_text_add(&w->text, "]", 1);
}

static void put_list(struct writer *w, const struct nt_field *f, const void *record, unsigned page)
{
    const char *items = nt_field_items(f, record);
    size_t n = nt_field_count(f, record);
    nt_text_add(&w->text, "[", 1);
    for (size_t i = 0; i < n; i++) {
        nt_text_add(&w->text, ",", i > 0);
        put_record(w, f->of, items + i * f->of->size, page);
    }
    nt_text_add(&w->text, "]", 1);
}

static void put_text(struct writer *w, const struct nt_field *f, const char *s)
{
    if (f->flags & NT_FIELD_OWN)
        nt_script_string(&w->text, s != NULL ? s : "");
    else
        put_string(w, s);
}

static void put_value(struct writer *w, const struct nt_field *f, const void *record, unsigned page)
{
    const void *at = nt_field_member(f, record);
    switch (f->kind) {
    case NT_FIELD_TEXT: put_text(w, f, *(char *const *)at); break;
    case NT_FIELD_U32: put_unsigned(w, *(const uint32_t *)at, false); break;
    case NT_FIELD_U64:
    case NT_FIELD_SEED: put_unsigned(w, *(const uint64_t *)at, *(const uint64_t *)at > EXACT_MAX); break;
    case NT_FIELD_DECIMAL: put_unsigned(w, *(const uint64_t *)at, true); break;
    case NT_FIELD_TIME: nt_json_number(&w->text, *(const int64_t *)at); break;
    case NT_FIELD_LINE: nt_json_number(&w->text, *(const int *)at); break;
    case NT_FIELD_BOOL: break; /* put_flags */
    case NT_FIELD_ADDRESS:
    case NT_FIELD_ADDRESS_AND_PORT: put_address(w, at); break;
    case NT_FIELD_SIDE: put_string(w, nt_side_name(*(const bool *)at)); break;
    case NT_FIELD_OUTCOME: nt_json_unsigned(&w->text, *(const enum nt_outcome *)at); break;
    case NT_FIELD_PATHS: nt_json_unsigned(&w->text, *(const unsigned *)at); break;
    case NT_FIELD_OBJECT: put_record(w, f->of, at, page); break;
    case NT_FIELD_LIST:
    case NT_FIELD_ROWS:
    case NT_FIELD_TEXTS:
    case NT_FIELD_MAP:
    case NT_FIELD_PARAMS: put_list(w, f, record, page); break;
    case NT_FIELD_LABELS: break; /* with the parameters */
    }
}

static bool is_on_page(const struct nt_field *f, unsigned page)
{
    return (f->flags & page) != 0;
}

/* The number of fields from here on that are one member of the record: flags that follow each other are bits of one number. */
static size_t member_span(const struct nt_record *r, size_t i, unsigned page)
{
    size_t n = 1;
    while (r->fields[i].kind == NT_FIELD_BOOL && i + n < r->count && r->fields[i + n].kind == NT_FIELD_BOOL &&
           is_on_page(&r->fields[i + n], page))
        n++;
    return n;
}

static void put_flags(struct writer *w, const struct nt_field *fields, size_t n, const void *record)
{
    unsigned bits = 0;
    for (size_t i = 0; i < n; i++)
        bits |= (unsigned)*(const bool *)nt_field_member(&fields[i], record) << i;
    nt_json_unsigned(&w->text, bits);
}

static void put_members(struct writer *w, const struct nt_record *r, const void *record, unsigned page)
{
    bool first = true;
    for (size_t i = 0, n; i < r->count; i += n) {
        n = member_span(r, i, page);
        if (!is_on_page(&r->fields[i], page))
            continue;
        nt_text_add(&w->text, ",", !first);
        if (r->fields[i].kind == NT_FIELD_BOOL)
            put_flags(w, &r->fields[i], n, record);
        else
            put_value(w, &r->fields[i], record, page);
        first = false;
    }
}

/* How the script reads a member: a value, a number of a string, flags, a record, a list of records, a list of strings. */
static const char *reading(const struct nt_field *f)
{
    switch (f->kind) {
    case NT_FIELD_TEXT: return f->flags & NT_FIELD_OWN ? "value" : "text";
    case NT_FIELD_ADDRESS:
    case NT_FIELD_ADDRESS_AND_PORT:
    case NT_FIELD_SIDE: return "text";
    case NT_FIELD_BOOL: return "flags";
    case NT_FIELD_OBJECT: return "record";
    case NT_FIELD_LIST:
    case NT_FIELD_ROWS:
    case NT_FIELD_TEXTS:
    case NT_FIELD_MAP:
    case NT_FIELD_PARAMS: return "list";
    default: return "value";
    }
}

/* ["name","reading"]; of a record or list its members' come third. */
static void put_names(struct nt_text *t, const struct nt_record *r, unsigned page)
{
    const char *before = "";
    for (size_t i = 0, n; i < r->count; i += n) {
        const struct nt_field *f = &r->fields[i];
        n = member_span(r, i, page);
        if (!is_on_page(f, page))
            continue;
        nt_text_printf(t, "%s[\"%s", before, f->name);
        for (size_t k = 1; k < n; k++)
            nt_text_printf(t, " %s", f[k].name);
        nt_text_printf(t, "\",\"%s\"", reading(f));
        if (f->of != NULL) {
            nt_text_put(t, ",[");
            put_names(t, f->of, page);
            nt_text_put(t, "]");
        }
        nt_text_put(t, "]");
        before = ",";
    }
}

/* What the overview has beside the fields: X(name, reading, how to put it) */
#define OVERVIEW_ALSO(X)                                                                                                           \
    X("command", "value", nt_script_string(&w->text, command))                                                                     \
    X("local", "text", put_string(w, first != NULL ? first->local.type : ""))                                                      \
    X("remote", "text", put_string(w, first != NULL ? first->remote.type : ""))                                                    \
    X("why", "text", put_string(w, why != NULL ? why->text : ""))                                                                  \
    X("findings", "text", put_string(w, findings.p))

/* A row of the ladder, likewise; `time`: microseconds since the row before; `bytes`: the packet at its first tap, of `whole` bytes.
 */
#define ROW_MEMBERS(X)                                                                                                             \
    X("time", "value", nt_json_number(&w->text, us - before))                                                                      \
    X("frame", "value", nt_json_unsigned(&w->text, r->frame))                                                                      \
    X("from", "value", nt_json_unsigned(&w->text, r->from))                                                                        \
    X("to", "value", nt_json_unsigned(&w->text, r->to))                                                                            \
    X("dropped", "value", nt_json_unsigned(&w->text, r->dropped))                                                                  \
    X("via", "value", nt_json_unsigned(&w->text, r->via &(EXACT_MAX - 1)))                                                         \
    X("text", "text", put_string(w, r->sizes != NULL ? r->sizes : r->text))                                                        \
    X("note", "text", put_string(w, r->note))                                                                                      \
    X("fate", "text", put_string(w, r->fate))                                                                                      \
    X("step", "value", nt_json_unsigned(&w->text, r->step))                                                                        \
    X("frames", "value", put_frames(w, l, r))                                                                                      \
    X("repeats", "value", nt_json_unsigned(&w->text, r->repeats))                                                                  \
    X("every_us", "value", nt_json_number(&w->text, every))                                                                        \
    X("regular", "value", nt_json_unsigned(&w->text, regular))                                                                     \
    X("whole", "value", put_whole(w, r))                                                                                           \
    X("bytes", "value", put_bytes(w, r, r->repeats == 0)) /* else `folded` has them */

/* A packet of a row that stands for several, the first among them, likewise; `time`: microseconds since the packet before. */
#define PACKET_MEMBERS(X)                                                                                                          \
    X("time", "value", nt_json_number(&w->text, us - before))                                                                      \
    X("frame", "value", nt_json_unsigned(&w->text, r->frame))                                                                      \
    X("frames", "value", put_frames(w, l, r))                                                                                      \
    X("text", "text", put_string(w, r->text))                                                                                      \
    X("whole", "value", put_whole(w, r))                                                                                           \
    X("bytes", "value", put_bytes(w, r, true))

/* A log, likewise: its file, the file's length, its last lines; -1 and none: it was not there. */
#define LOG_MEMBERS(X)                                                                                                             \
    X("name", "text", put_string(w, name))                                                                                         \
    X("bytes", "value", nt_json_number(&w->text, bytes))                                                                           \
    X("tail", "value", nt_script_string(&w->text, tail.p != NULL ? tail.p : ""))

#define NAME(name, reading, put) "[\"" name "\",\"" reading "\"],"
#define PUT(name, reading, put) nt_text_add(&w->text, ",", !is_first), is_first = false, put;

void nt_page_names(struct nt_text *t)
{
    nt_text_put(t, "{\"overview\":[");
    put_names(t, &nt_case_record, NT_FIELD_OVERVIEW);
    nt_text_put(t, "," OVERVIEW_ALSO(NAME));
    t->len--; /* its last comma */
    nt_text_put(t, "],\"details\":[");
    put_names(t, &nt_case_record, NT_FIELD_DETAILS);
    nt_text_put(t, ",[\"logs\",\"list\",[" LOG_MEMBERS(NAME));
    t->len--;
    nt_text_put(t, "]],[\"run\",\"value\"],[\"why\",\"value\"],[\"columns\",\"texts\"],[\"rows\",\"list\",[" ROW_MEMBERS(NAME));
    nt_text_put(t, "[\"folded\",\"list\",[" PACKET_MEMBERS(NAME));
    t->len--;
    nt_text_put(t, "]]]],[\"missing\",\"value\"]]}");
}

/* The further frames of the packet, each as the difference to the one before. */
static void put_frames(struct writer *w, const struct nt_ladder *l, const struct nt_ladder_row *r)
{
    nt_text_put(&w->text, "[");
    for (uint32_t f = r->frame, next; f != 0 && (next = l->next_frame[f]) != 0; f = next) {
        nt_text_add(&w->text, ",", f != r->frame);
        nt_json_unsigned(&w->text, next - f);
    }
    nt_text_put(&w->text, "]");
}

static const struct nt_capture_frame *first_frame(const struct writer *w, const struct nt_ladder_row *r)
{
    return r->frame > 0 ? &w->capture->frames[r->frame - 1] : NULL;
}

static void put_whole(struct writer *w, const struct nt_ladder_row *r)
{
    const struct nt_capture_frame *f = first_frame(w, r);
    nt_json_unsigned(&w->text, f != NULL ? f->orig_len : 0);
}

static void put_bytes(struct writer *w, const struct nt_ladder_row *r, bool here)
{
    const struct nt_capture_frame *f = first_frame(w, r);
    if (f != NULL && here)
        nt_page_packet_bytes(&w->text, w->capture, f);
    else
        nt_text_put(&w->text, "\"\"");
}

static void put_packet(struct writer *w, const struct nt_ladder *l, const struct nt_ladder_row *r, int64_t us, int64_t before)
{
    bool is_first = true;
    nt_text_add(&w->text, "[", 1);
    PACKET_MEMBERS(PUT)
    nt_text_add(&w->text, "]", 1);
}

static void put_folded(struct writer *w, const struct nt_ladder *l, const struct nt_ladder_row *first)
{
    int64_t before = first->at / NT_USEC;
    const struct nt_ladder_row *r = first;
    nt_text_put(&w->text, ",[");
    while (first->repeats > 0) {
        int64_t us = r->at / NT_USEC;
        nt_text_add(&w->text, ",", r != first);
        put_packet(w, l, r, us, before);
        before = us;
        if (r->next == 0)
            break;
        r = &l->rows[r->next];
    }
    nt_text_put(&w->text, "]");
}

static void put_row(struct writer *w, const struct nt_ladder *l, const struct nt_ladder_row *r, int64_t us, int64_t before)
{
    bool is_first = true, regular;
    int64_t every = nt_ladder_every(l, r, &regular) / NT_USEC;
    nt_text_add(&w->text, "[", 1);
    ROW_MEMBERS(PUT)
    put_folded(w, l, r);
    nt_text_add(&w->text, "]", 1);
}

static void put_log(struct writer *w, const char *dir, const char *name)
{
    struct nt_text tail = {0};
    bool is_first = true;
    int64_t bytes = nt_log_tail(&tail, dir, name);
    nt_text_add(&w->text, "[", 1);
    LOG_MEMBERS(PUT)
    nt_text_add(&w->text, "]", 1);
    if (tail.err != NT_OK)
        w->text.err = tail.err;
    nt_text_free(&tail);
}

static void put_logs(struct writer *w, const char *dir, const struct nt_result_case *c)
{
    nt_text_add(&w->text, "[", 1);
    for (size_t i = 0; i < c->log_count; i++) {
        nt_text_add(&w->text, ",", i > 0);
        put_log(w, dir, c->logs[i].name);
    }
    nt_text_add(&w->text, "]", 1);
}

static void put_run_command(struct writer *w, const struct nt_result_case *c)
{
    char *command = nt_result_command(c);
    if (command != NULL)
        nt_script_string(&w->text, command);
    else
        w->text.err = NT_ENOMEM;
    free(command);
}

/* Which entry of why_not says most, as on the console: its index; -1: none. */
static void put_why(struct writer *w, const struct nt_result_case *c)
{
    const struct nt_result_why_not *most = nt_result_why(c);
    nt_json_number(&w->text, most != NULL ? most - c->why_not : -1);
}

static void put_ladder(struct writer *w, const struct nt_ladder *l)
{
    int64_t before = 0;
    bool is_first = true;
    nt_text_put(&w->text, "[");
    for (size_t i = 0; i < l->column_count; i++) {
        nt_text_add(&w->text, ",", i > 0);
        put_string(w, l->columns[i]);
    }
    nt_text_put(&w->text, "],[");
    for (size_t i = 0; i < l->row_count; i++) {
        int64_t us = l->rows[i].at / NT_USEC;
        if (l->rows[i].folded)
            continue;
        nt_text_add(&w->text, ",", !is_first);
        put_row(w, l, &l->rows[i], us, before);
        before = us;
        is_first = false;
    }
    nt_text_put(&w->text, "],");
    nt_json_unsigned(&w->text, l->missing);
}

static void open_record(struct writer *w)
{
    *w = (struct writer){0};
    nt_strings_init(&w->strings);
    nt_text_put(&w->text, "[");
}

/* Each string as JSON, with its length before it. */
static void put_strings(struct nt_text *t, const struct nt_strings *strings)
{
    for (size_t i = 0; i < strings->count; i++) {
        uint32_t len = 0;
        size_t at = t->len;
        nt_text_add(t, (const char *)&len, sizeof len);
        nt_script_string(t, strings->items[i]);
        if (t->err != NT_OK)
            return;
        len = (uint32_t)(t->len - at - sizeof len);
        memcpy(t->p + at, &len, sizeof len);
    }
}

/* Appends the record with its strings to `t`, and ends the writer. */
static void close_record(struct writer *w, struct nt_text *t)
{
    struct nt_text strings = {0};
    put_strings(&strings, &w->strings);
    struct head head = {(uint32_t)w->strings.count, (uint32_t)strings.len, w->references};
    nt_text_put(&w->text, "]");
    nt_text_add(t, (const char *)&head, sizeof head);
    nt_text_add(t, strings.p, strings.len);
    nt_text_add(t, w->text.p, w->text.len);
    if (w->strings.err != NT_OK || w->text.err != NT_OK || strings.err != NT_OK)
        t->err = NT_ENOMEM;
    nt_strings_free(&w->strings);
    nt_text_free(&w->text);
    nt_text_free(&strings);
}

void nt_page_overview(struct nt_text *t, const struct nt_result_case *c)
{
    struct writer writer, *w = &writer;
    struct nt_text findings = {0};
    bool is_first = false;
    const struct nt_result_why_not *why = nt_result_why(c);
    const struct nt_result_selected *first = c->agent_count != 0 && c->agents[0].selected_count != 0 ? c->agents[0].selected : NULL;
    char *command = nt_result_replay(c);
    if (command == NULL) {
        t->err = NT_ENOMEM;
        return;
    }
    nt_put_finding_lines(&findings, c);
    if (findings.err != NT_OK)
        t->err = findings.err;
    open_record(w);
    put_members(w, &nt_case_record, c, NT_FIELD_OVERVIEW);
    OVERVIEW_ALSO(PUT)
    close_record(w, t);
    nt_text_free(&findings);
    free(command);
}

void nt_page_details(struct nt_text *t, const struct nt_result_case *c, const char *dir, const struct nt_capture *capture)
{
    struct writer writer;
    struct nt_ladder l = {0};
    if (capture != NULL && nt_ladder_make(&l, capture, c) != NT_OK) {
        t->err = NT_ENOMEM;
        return;
    }
    open_record(&writer);
    writer.capture = capture;
    put_members(&writer, &nt_case_record, c, NT_FIELD_DETAILS);
    nt_text_put(&writer.text, ",");
    put_logs(&writer, dir, c);
    nt_text_put(&writer.text, ",");
    put_run_command(&writer, c);
    nt_text_put(&writer.text, ",");
    put_why(&writer, c);
    nt_text_put(&writer.text, ",");
    put_ladder(&writer, &l);
    close_record(&writer, t);
    nt_ladder_free(&l);
}

/* The numbers that the record's strings have in `strings`; NULL without memory. */
static uint32_t *number_strings(struct nt_strings *strings, const struct head *head, const char *record, size_t len)
{
    uint32_t *numbers = calloc((size_t)head->strings + 1, sizeof *numbers);
    size_t at = sizeof *head;
    for (uint32_t i = 0; numbers != NULL && i < head->strings; i++) {
        uint32_t n;
        memcpy(&n, record + at, sizeof n);
        at += sizeof n;
        if (n > len - at) { /* a record that is none */
            free(numbers);
            return NULL;
        }
        numbers[i] = nt_string_number(strings, record + at, n);
        at += n;
    }
    return numbers;
}

int nt_page_record_join(struct nt_text *t, struct nt_strings *strings, const char *record, size_t len)
{
    struct head head;
    if (len < sizeof head)
        return NT_EFORMAT;
    memcpy(&head, record, sizeof head);
    if (head.string_bytes > len - sizeof head || head.strings > head.string_bytes / sizeof(uint32_t))
        return NT_EFORMAT;
    uint32_t *numbers = number_strings(strings, &head, record, sizeof head + head.string_bytes);
    const char *at = record + sizeof head + head.string_bytes, *end = record + len;
    while (numbers != NULL && at < end) {
        uint32_t n;
        const char *reference = memchr(at, STRING, (size_t)(end - at));
        nt_text_add(t, at, (size_t)((reference != NULL ? reference : end) - at));
        if (reference == NULL || (size_t)(end - reference) < STRING_BYTES)
            break;
        memcpy(&n, reference + 1, sizeof n);
        nt_json_unsigned(t, n < head.strings ? numbers[n] : 0);
        at = reference + STRING_BYTES;
    }
    int err = numbers == NULL || strings->err != NT_OK ? NT_ENOMEM : t->err;
    free(numbers);
    return err;
}

size_t nt_page_record_least(const char *record, size_t len)
{
    struct head head;
    if (len < sizeof head)
        return 0;
    memcpy(&head, record, sizeof head);
    return len - sizeof head - head.string_bytes - (STRING_BYTES - 1) * head.references;
}
