/* Records of the page's data. The order of a list's members is the reader's contract: see unpack() in page_js.inc. */
#include "reports/page/page_data.h"

#include "core/base/err.h"
#include "pcap/read.h"
#include "reports/ladder/ladder.h"
#include "reports/result/command.h"

#include <stdlib.h>
#include <string.h>

static void number(struct nt_text *t, long long v)
{
    nt_text_printf(t, "%lld,", v);
}

static void string(struct nt_text *t, struct nt_strings *s, const char *text)
{
    nt_text_printf(t, "%zu,", nt_string_number(s, text));
}

static void address(struct nt_text *t, struct nt_strings *s, const struct nt_addr *a)
{
    char buf[NT_ADDR_TEXT];
    string(t, s, nt_addr_is_set(a) ? nt_addr_format(a, buf) : "");
}

/* Ends a list: its last comma is one too many. */
static void close_list(struct nt_text *t)
{
    if (t->len != 0 && t->p[t->len - 1] == ',')
        t->len--;
    nt_text_put(t, "],");
}

void nt_page_case(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c)
{
    char *command = nt_result_command(c);
    if (command == NULL)
        t->err = NT_ENOMEM;
    nt_text_put(t, "[");
    string(t, s, c->id);
    string(t, s, c->file);
    string(t, s, c->claim);
    number(t, c->outcome);
    string(t, s, c->reason);
    number(t, c->line);
    number(t, c->packet);
    string(t, s, c->path);
    number(t, c->expected_paths);
    number(t, c->connect_ms);
    number(t, c->virtual_ms);
    number(t, (long long)c->packets);
    nt_text_printf(t, "\"%llu\",", (unsigned long long)c->seed);
    number(t, (long long)c->data_sent);
    number(t, (long long)c->data_lost);
    number(t, c->rules_exercised);
    string(t, s, c->capture);
    string(t, s, command);
    nt_text_put(t, "[");
    for (size_t i = 0; i < c->param_count; i++) {
        string(t, s, c->params[i].name);
        string(t, s, c->params[i].label != NULL ? c->params[i].label : c->params[i].json);
    }
    close_list(t);
    const struct nt_result_selected *first = c->agent_count != 0 && c->agents[0].selected_count != 0 ? c->agents[0].selected : NULL;
    string(t, s, first != NULL ? first->local.type : "");
    string(t, s, first != NULL ? first->remote.type : "");
    string(t, s, c->carrier);
    close_list(t);
    free(command);
}

static void candidates(struct nt_text *t, struct nt_strings *s, const struct nt_result_agent *a)
{
    nt_text_put(t, "[");
    for (size_t i = 0; i < a->candidate_count; i++) {
        const struct nt_result_candidate *c = &a->candidates[i];
        nt_text_put(t, "[");
        string(t, s, c->type);
        number(t, c->stream);
        number(t, c->component);
        string(t, s, c->transport);
        address(t, s, &c->addr);
        address(t, s, &c->base);
        address(t, s, &c->related);
        number(t, c->priority);
        string(t, s, c->foundation);
        close_list(t);
    }
    close_list(t);
}

static void selected(struct nt_text *t, struct nt_strings *s, const struct nt_result_agent *a)
{
    nt_text_put(t, "[");
    for (size_t i = 0; i < a->selected_count; i++) {
        const struct nt_result_selected *x = &a->selected[i];
        nt_text_put(t, "[");
        number(t, x->stream);
        number(t, x->component);
        string(t, s, x->local.type);
        address(t, s, &x->local.addr);
        string(t, s, x->remote.type);
        address(t, s, &x->remote.addr);
        close_list(t);
    }
    close_list(t);
}

static void pairs(struct nt_text *t, struct nt_strings *s, const struct nt_result_agent *a)
{
    nt_text_put(t, "[");
    for (size_t i = 0; i < a->pair_count; i++) {
        const struct nt_result_pair *p = &a->pairs[i];
        nt_text_put(t, "[");
        address(t, s, &p->local);
        address(t, s, &p->remote);
        address(t, s, &p->base);
        string(t, s, p->local_type);
        string(t, s, p->remote_type);
        string(t, s, p->state);
        string(t, s, p->generated_by);
        number(t, p->receivable | p->sendable << 1 | p->handshake << 2 | p->valid << 3 | p->nominated << 4);
        nt_text_printf(t, "\"%llu\",", (unsigned long long)p->priority);
        close_list(t);
    }
    close_list(t);
}

static void agents(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c)
{
    nt_text_put(t, "[");
    for (size_t i = 0; i < c->agent_count; i++) {
        const struct nt_result_agent *a = &c->agents[i];
        nt_text_put(t, "[");
        string(t, s, a->name);
        string(t, s, a->stack);
        string(t, s, a->state);
        string(t, s, a->role);
        candidates(t, s, a);
        selected(t, s, a);
        pairs(t, s, a);
        nt_text_put(t, "[");
        for (size_t k = 0; k < a->prflx_count; k++) {
            nt_text_printf(t, "[%d,", a->prflx[k].remote);
            address(t, s, &a->prflx[k].addr);
            number(t, a->prflx[k].packet);
            close_list(t);
        }
        close_list(t);
        number(t, a->checks_sent);
        number(t, a->checks_received);
        close_list(t);
    }
    close_list(t);
}

static void violations(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c)
{
    nt_text_put(t, "[");
    for (size_t i = 0; i < c->violation_count; i++) {
        nt_text_put(t, "[");
        string(t, s, c->violations[i].rule);
        string(t, s, c->violations[i].agent);
        number(t, c->violations[i].packet);
        string(t, s, c->violations[i].detail);
        close_list(t);
    }
    close_list(t);
}

static void rows(struct nt_text *t, struct nt_strings *s, const struct nt_ladder *l)
{
    int64_t before = 0;
    nt_text_put(t, "[");
    for (size_t i = 0; i < l->column_count; i++)
        string(t, s, l->columns[i]);
    close_list(t);
    nt_text_put(t, "[");
    for (size_t i = 0; i < l->row_count; i++) {
        const struct nt_ladder_row *r = &l->rows[i];
        int64_t us = r->at / NT_USEC;
        nt_text_put(t, "[");
        number(t, us - before);
        number(t, r->frame);
        number(t, r->from);
        number(t, r->to);
        number(t, r->dropped);
        number(t, (long long)(r->via & ((UINT64_C(1) << 53) - 1))); /* what a JavaScript number holds */
        string(t, s, r->text);
        string(t, s, r->note);
        close_list(t);
        before = us;
    }
    close_list(t);
}

/* A capture that is not there, or cannot be read, leaves an empty ladder: the page says where the capture should be. */
static void ladder(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c, const char *dir)
{
    struct nt_capture capture;
    struct nt_ladder l = {0};
    struct nt_text path = {0};
    char what[200];
    nt_capture_init(&capture);
    /* A name of a merged result must not lead out of the directory. */
    if (c->capture != NULL && c->capture[0] != '/' && strstr(c->capture, "..") == NULL) {
        nt_text_printf(&path, "%s/%s", dir, c->capture);
        if (path.err == NT_OK && nt_capture_read(&capture, path.p, what, sizeof what) == NT_OK &&
            nt_ladder_make(&l, &capture) != NT_OK)
            t->err = NT_ENOMEM;
    }
    rows(t, s, &l);
    nt_ladder_free(&l);
    nt_capture_free(&capture);
    nt_text_free(&path);
}

void nt_page_details(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c, const char *dir)
{
    nt_text_put(t, "[");
    agents(t, s, c);
    violations(t, s, c);
    ladder(t, s, c, dir);
    close_list(t);
}
