/* Records are lists: the order of their members is what unpack() in page_js.inc expects. */
#include "reports/page/page_data.h"

#include "core/base/err.h"
#include "pcap/read.h"
#include "reports/ladder/ladder.h"
#include "reports/result/command.h"

#include <stdlib.h>
#include <string.h>

static void put_number(struct nt_text *t, long long v)
{
    nt_text_printf(t, "%lld,", v);
}

static void put_string(struct nt_text *t, struct nt_strings *s, const char *text)
{
    nt_text_printf(t, "%zu,", nt_string_number(s, text));
}

static void put_address(struct nt_text *t, struct nt_strings *s, const struct nt_addr *a)
{
    char buf[NT_ADDR_TEXT];
    put_string(t, s, nt_addr_is_set(a) ? nt_addr_format(a, buf) : "");
}

/* Ends a list, without its last comma. */
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
    put_string(t, s, c->id);
    put_string(t, s, c->file);
    put_string(t, s, c->claim);
    put_number(t, c->outcome);
    put_string(t, s, c->reason);
    put_number(t, c->line);
    put_number(t, c->packet);
    put_string(t, s, c->path);
    put_number(t, c->expected_paths);
    put_number(t, c->connect_ms);
    put_number(t, c->virtual_ms);
    put_number(t, (long long)c->packets);
    nt_text_printf(t, "\"%llu\",", (unsigned long long)c->seed);
    put_number(t, (long long)c->data_sent);
    put_number(t, (long long)c->data_lost);
    put_number(t, c->rules_exercised);
    put_string(t, s, c->capture);
    put_string(t, s, command);
    nt_text_put(t, "[");
    for (size_t i = 0; i < c->param_count; i++) {
        put_string(t, s, c->params[i].name);
        put_string(t, s, c->params[i].label != NULL ? c->params[i].label : c->params[i].json);
    }
    close_list(t);
    const struct nt_result_selected *first = c->agent_count != 0 && c->agents[0].selected_count != 0 ? c->agents[0].selected : NULL;
    put_string(t, s, first != NULL ? first->local.type : "");
    put_string(t, s, first != NULL ? first->remote.type : "");
    put_string(t, s, c->carrier);
    close_list(t);
    free(command);
}

static void put_candidates(struct nt_text *t, struct nt_strings *s, const struct nt_result_agent *a)
{
    nt_text_put(t, "[");
    for (size_t i = 0; i < a->candidate_count; i++) {
        const struct nt_result_candidate *c = &a->candidates[i];
        nt_text_put(t, "[");
        put_string(t, s, c->type);
        put_number(t, c->stream);
        put_number(t, c->component);
        put_string(t, s, c->transport);
        put_address(t, s, &c->addr);
        put_address(t, s, &c->base);
        put_address(t, s, &c->related);
        put_number(t, c->priority);
        put_string(t, s, c->foundation);
        close_list(t);
    }
    close_list(t);
}

static void put_selected(struct nt_text *t, struct nt_strings *s, const struct nt_result_agent *a)
{
    nt_text_put(t, "[");
    for (size_t i = 0; i < a->selected_count; i++) {
        const struct nt_result_selected *x = &a->selected[i];
        nt_text_put(t, "[");
        put_number(t, x->stream);
        put_number(t, x->component);
        put_string(t, s, x->local.type);
        put_address(t, s, &x->local.addr);
        put_string(t, s, x->remote.type);
        put_address(t, s, &x->remote.addr);
        close_list(t);
    }
    close_list(t);
}

static void put_pairs(struct nt_text *t, struct nt_strings *s, const struct nt_result_agent *a)
{
    nt_text_put(t, "[");
    for (size_t i = 0; i < a->pair_count; i++) {
        const struct nt_result_pair *p = &a->pairs[i];
        nt_text_put(t, "[");
        put_address(t, s, &p->local);
        put_address(t, s, &p->remote);
        put_address(t, s, &p->base);
        put_string(t, s, p->local_type);
        put_string(t, s, p->remote_type);
        put_string(t, s, p->state);
        put_string(t, s, p->generated_by);
        put_number(t, p->receivable | p->sendable << 1 | p->handshake << 2 | p->valid << 3 | p->nominated << 4);
        nt_text_printf(t, "\"%llu\",", (unsigned long long)p->priority);
        close_list(t);
    }
    close_list(t);
}

static void put_agents(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c)
{
    nt_text_put(t, "[");
    for (size_t i = 0; i < c->agent_count; i++) {
        const struct nt_result_agent *a = &c->agents[i];
        nt_text_put(t, "[");
        put_string(t, s, a->name);
        put_string(t, s, a->stack);
        put_string(t, s, a->state);
        put_string(t, s, a->role);
        put_candidates(t, s, a);
        put_selected(t, s, a);
        put_pairs(t, s, a);
        nt_text_put(t, "[");
        for (size_t k = 0; k < a->prflx_count; k++) {
            nt_text_printf(t, "[%d,", a->prflx[k].remote);
            put_address(t, s, &a->prflx[k].addr);
            put_number(t, a->prflx[k].packet);
            close_list(t);
        }
        close_list(t);
        put_number(t, a->checks_sent);
        put_number(t, a->checks_received);
        close_list(t);
    }
    close_list(t);
}

static void put_violations(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c)
{
    nt_text_put(t, "[");
    for (size_t i = 0; i < c->violation_count; i++) {
        nt_text_put(t, "[");
        put_string(t, s, c->violations[i].rule);
        put_string(t, s, c->violations[i].agent);
        put_number(t, c->violations[i].packet);
        put_string(t, s, c->violations[i].detail);
        close_list(t);
    }
    close_list(t);
}

static void put_rows(struct nt_text *t, struct nt_strings *s, const struct nt_ladder *l)
{
    int64_t before = 0;
    nt_text_put(t, "[");
    for (size_t i = 0; i < l->column_count; i++)
        put_string(t, s, l->columns[i]);
    close_list(t);
    nt_text_put(t, "[");
    for (size_t i = 0; i < l->row_count; i++) {
        const struct nt_ladder_row *r = &l->rows[i];
        int64_t us = r->at / NT_USEC;
        nt_text_put(t, "[");
        put_number(t, us - before);
        put_number(t, r->frame);
        put_number(t, r->from);
        put_number(t, r->to);
        put_number(t, r->dropped);
        put_number(t, (long long)(r->via & ((UINT64_C(1) << 53) - 1))); /* what a JavaScript number holds */
        put_string(t, s, r->text);
        put_string(t, s, r->note);
        close_list(t);
        before = us;
    }
    close_list(t);
}

/* A capture that is not there, or cannot be read, leaves an empty ladder: the page says where the capture should be. */
static void put_ladder(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c, const char *dir)
{
    struct nt_capture capture;
    struct nt_ladder l = {0};
    struct nt_text path = {0};
    char what[200];
    nt_capture_init(&capture);
    /* The name may come from a merged result: it must not lead out of the directory. */
    if (c->capture != NULL && c->capture[0] != '/' && strstr(c->capture, "..") == NULL) {
        nt_text_printf(&path, "%s/%s", dir, c->capture);
        if (path.err == NT_OK && nt_capture_read(&capture, path.p, what, sizeof what) == NT_OK &&
            nt_ladder_make(&l, &capture) != NT_OK)
            t->err = NT_ENOMEM;
    }
    put_rows(t, s, &l);
    nt_ladder_free(&l);
    nt_capture_free(&capture);
    nt_text_free(&path);
}

void nt_page_details(struct nt_text *t, struct nt_strings *s, const struct nt_result_case *c, const char *dir)
{
    nt_text_put(t, "[");
    put_agents(t, s, c);
    put_violations(t, s, c);
    put_ladder(t, s, c, dir);
    close_list(t);
}
