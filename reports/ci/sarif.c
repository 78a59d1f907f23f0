#include "reports/ci/sarif.h"

#include "core/base/err.h"
#include "reports/result/json_text.h"
#include "reports/result/result.h"
#include "reports/result/result_parse.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The rules that are no rules of an RFC: what became of a case. */
#define CASE_FAILED "natsim-case-failed"
#define CASE_BROKE "natsim-case-broke"

struct sarif {
    const struct nt_results *r;
    struct nt_text results, json; /* json: of one case, as it was put down */
    const char *place;            /* of its file */
    struct nt_strings rules;
    size_t count, left_out;
    int err; /* sticks */
};

/* RFC 3986: what a relative reference may hold stands as it is. A colon in the first segment would make a scheme of it. */
static void put_uri(struct nt_text *t, const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/!$&'()*+,;=@";
    struct nt_text uri = {0};
    for (const char *p = path; *p != '\0'; p++) {
        if (strchr(plain, *p) != NULL)
            nt_text_add(&uri, p, 1);
        else
            nt_text_printf(&uri, "%%%02X", (unsigned)(unsigned char)*p);
    }
    nt_json_string(t, uri.p != NULL ? uri.p : "");
    if (uri.err != NT_OK)
        t->err = uri.err;
    nt_text_free(&uri);
}

static void put_location(struct sarif *s, const struct nt_result_case *c)
{
    struct nt_text *t = &s->results;
    nt_text_put(t, ", \"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": ");
    put_uri(t, s->place);
    nt_text_printf(t, "}, \"region\": {\"startLine\": %d}}}]", c->line > 0 ? c->line : 1);
}

/* A service tells by this whether a result is the one of an earlier run. The hash is FNV-1a of 64 bits, the same on all machines.
 */
static void put_fingerprint(struct nt_text *t, const char *rule, const struct nt_result_case *c, const char *agent)
{
    const char *const parts[] = {rule, c->id, agent != NULL ? agent : ""};
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < 3; i++)
        for (const char *p = parts[i];; p++) {
            h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
            if (*p == '\0')
                break;
        }
    nt_text_printf(t, ", \"partialFingerprints\": {\"natsim/v1\": \"%016" PRIx64 "\"}}", h);
}

/* Begins a result with a message of these parts; false: there are as many as there may be. */
static bool begin_result(struct sarif *s, const char *rule, const char *level, const char *message)
{
    struct nt_text *t = &s->results;
    if (s->count == NT_CI_SARIF_MAX) {
        s->left_out++;
        return false;
    }
    nt_text_put(t, s->count++ > 0 ? ",\n  " : "\n  ");
    nt_text_printf(t, "{\"ruleId\": ");
    nt_json_string(t, rule);
    nt_text_printf(t, ", \"ruleIndex\": %u, \"level\": \"%s\", \"message\": {\"text\": ",
                   (unsigned)nt_string_number(&s->rules, rule, strlen(rule)), level);
    nt_json_string(t, message);
    nt_text_put(t, "}");
    return true;
}

static void put_outcome(struct sarif *s, const struct nt_result_case *c)
{
    struct nt_text message = {0};
    const char *rule = c->outcome == NT_FAIL ? CASE_FAILED : CASE_BROKE;
    if (c->outcome != NT_FAIL && c->outcome != NT_ERROR)
        return;
    nt_text_printf(&message, "%s: %s", c->id, c->reason);
    if (message.err != NT_OK)
        s->err = message.err;
    else if (begin_result(s, rule, "error", message.p)) {
        put_location(s, c);
        put_fingerprint(&s->results, rule, c, NULL);
    }
    nt_text_free(&message);
}

static void put_finding(struct sarif *s, const struct nt_result_case *c, const struct nt_result_finding *f, const char *level)
{
    struct nt_text message = {0};
    nt_text_printf(&message, "%s: %s, packet %u: %s", c->id, f->agent != NULL ? f->agent : "somebody", (unsigned)f->packet,
                   f->detail != NULL ? f->detail : "");
    if (f->count > 1)
        nt_text_printf(&message, " (%u times)", (unsigned)f->count);
    if (message.err != NT_OK)
        s->err = message.err;
    else if (begin_result(s, f->rule, level, message.p)) {
        put_location(s, c);
        put_fingerprint(&s->results, f->rule, c, f->agent);
    }
    nt_text_free(&message);
}

/* Of the entries of one rule and agent the first: the same fingerprint is not told twice. */
static void put_findings(struct sarif *s, const struct nt_result_case *c, const struct nt_result_finding *f, size_t count,
                         const char *level)
{
    for (size_t i = 0; i < count; i++) {
        const char *before = i > 0 && f[i - 1].agent != NULL ? f[i - 1].agent : "", *agent = f[i].agent != NULL ? f[i].agent : "";
        if (i == 0 || strcmp(f[i - 1].rule, f[i].rule) != 0 || strcmp(before, agent) != 0)
            put_finding(s, c, &f[i], level);
    }
}

static void put_case(struct sarif *s, size_t index)
{
    struct nt_result_case c;
    char what[200];
    s->err = nt_results_text(s->r, index, NT_CASE_JSON, &s->json);
    if (s->err == NT_OK)
        s->err = nt_result_case_from_json(&c, s->json.p, s->json.len, what, sizeof what);
    if (s->err != NT_OK)
        return;
    s->place = s->r->cases[index].brief.place;
    put_outcome(s, &c);
    put_findings(s, &c, c.violations, c.violation_count, "error");
    put_findings(s, &c, c.advice, c.advice_count, "note");
    nt_result_case_free(&c);
}

static bool has_something(const struct nt_brief *b)
{
    return b->n.outcome == NT_FAIL || b->n.outcome == NT_ERROR || b->n.violations > 0 || b->n.advice > 0;
}

static void put_rule(FILE *out, const char *id, struct nt_text *t)
{
    static const char *const own[][2] = {
        {CASE_FAILED, "An expectation of a scenario does not hold."},
        {CASE_BROKE, "A case could not be judged: the simulator, a program or the machine failed."}};
    const char *text = "A rule of the named section of an RFC; 'natsim rules' has its words.";
    for (size_t i = 0; i < 2; i++)
        text = strcmp(id, own[i][0]) == 0 ? own[i][1] : text;
    t->len = 0;
    nt_text_put(t, "{\"id\": ");
    nt_json_string(t, id);
    nt_text_put(t, ", \"shortDescription\": {\"text\": ");
    nt_json_string(t, text);
    nt_text_put(t, "}}");
    if (t->err == NT_OK)
        fputs(t->p, out);
}

static void put_notification(FILE *out, const char *text, bool first)
{
    fprintf(out, "%s{\"level\": \"warning\", \"message\": {\"text\": \"%s\"}}", first ? "" : ", ", text);
}

static void put_invocation(FILE *out, const struct sarif *s)
{
    char text[NT_RESULTS_PART];
    fprintf(out, "\"invocations\": [{\"executionSuccessful\": %s, \"toolExecutionNotifications\": [",
            s->r->partial ? "false" : "true");
    if (s->r->partial)
        put_notification(out, nt_results_part(s->r, text), true);
    snprintf(text, sizeof text, "%zu more results are left out: results.json has them", s->left_out);
    if (s->left_out > 0)
        put_notification(out, text, !s->r->partial);
    fputs("]}],\n ", out);
}

static void put_document(FILE *out, struct sarif *s)
{
    fputs("{\"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\", \"version\": \"2.1.0\", \"runs\": [{\n"
          " \"tool\": {\"driver\": {\"name\": \"natsim\", \"version\": \"" NATSIM_VERSION "\", \"rules\": [",
          out);
    for (size_t i = 0; i < s->rules.count; i++) {
        fputs(i > 0 ? ",\n  " : "\n  ", out);
        put_rule(out, s->rules.items[i], &s->json);
    }
    fputs("]}},\n ", out);
    put_invocation(out, s);
    fprintf(out, "\"results\": [%s]}]}\n", s->results.p != NULL ? s->results.p : "");
}

int nt_ci_sarif(FILE *out, const struct nt_results *r)
{
    struct sarif s = {.r = r};
    nt_strings_init(&s.rules);
    for (size_t i = 0; i < r->case_count && s.err == NT_OK; i++)
        if (has_something(&r->cases[i].brief))
            put_case(&s, i);
    if (s.err == NT_OK)
        s.err = s.results.err != NT_OK ? s.results.err : s.rules.err;
    if (s.err == NT_OK)
        put_document(out, &s);
    if (s.err == NT_OK)
        s.err = s.json.err;
    nt_strings_free(&s.rules);
    nt_text_free(&s.results);
    nt_text_free(&s.json);
    return s.err;
}
