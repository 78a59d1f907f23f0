/* The bytes of a brief: its numbers, then its strings, each with its NUL: id, those of NT_BRIEF_STRINGS, name and label of each
 * parameter. */
#include "reports/result/brief.h"

#include "core/base/err.h"
#include "reports/result/command.h"
#include "reports/result/result.h"

#include <stdlib.h>
#include <string.h>

static uint32_t total(const struct nt_result_finding *found, size_t count)
{
    uint32_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += found[i].count;
    return n;
}

static void put_string(struct nt_text *t, const char *s)
{
    nt_text_add(t, s != NULL ? s : "", s != NULL ? strlen(s) + 1 : 1);
}

void nt_brief_pack(struct nt_text *t, const struct nt_result_case *c)
{
    const struct nt_result_selected *first = c->agent_count != 0 && c->agents[0].selected_count != 0 ? c->agents[0].selected : NULL;
    char *command = c->outcome != NT_PASS ? nt_result_replay(c) : NULL;
    struct nt_brief b = {.file = c->file,
                         .claim = c->claim,
                         .reason = c->reason,
                         .path = c->path,
                         .local = first != NULL ? first->local.type : NULL,
                         .remote = first != NULL ? first->remote.type : NULL,
                         .command = command,
                         .found = c->data_found,
                         .place = nt_result_place(c)};
    struct nt_brief_numbers n;
    if (c->outcome != NT_PASS && command == NULL)
        t->err = NT_ENOMEM;
    memset(&n, 0, sizeof n); /* its padding goes through the pipe */
    n.seed = c->seed;
    n.packets = c->packets;
    n.connect_ms = c->connect_ms;
    n.virtual_ms = c->virtual_ms;
    n.wall_ms = c->wall_ms;
    n.violations = total(c->violations, c->violation_count);
    n.advice = total(c->advice, c->advice_count);
    n.not_judged = (uint32_t)c->not_judged_count;
    n.param_count = (uint32_t)c->param_count;
    n.line = c->line;
    n.outcome = c->outcome;
    nt_text_add(t, (const char *)&n, sizeof n);
    put_string(t, c->id);
#define PUT(member) put_string(t, b.member);
    NT_BRIEF_STRINGS(PUT)
    for (size_t i = 0; i < c->param_count; i++) {
        put_string(t, c->params[i].name);
        put_string(t, nt_param_label(&c->params[i]));
    }
    free(command);
}

struct in {
    const char *at, *end;
    struct nt_strings *shared;
    int err;
};

/* The next string, and its length. */
static const char *next_string(struct in *in, size_t *len)
{
    const char *s = in->at, *nul = memchr(s, '\0', (size_t)(in->end - s));
    if (nul == NULL) {
        in->err = NT_EFORMAT;
        *len = 0;
        return "";
    }
    *len = (size_t)(nul - s);
    in->at = nul + 1;
    return s;
}

static const char *next_shared(struct in *in)
{
    size_t len;
    const char *s = next_string(in, &len);
    uint32_t n = nt_string_number(in->shared, s, len);
    if (in->shared->err != NT_OK && in->err == NT_OK)
        in->err = in->shared->err;
    return in->err == NT_OK ? in->shared->items[n] : "";
}

int nt_brief_unpack(struct nt_brief *b, const char *bytes, size_t len, struct nt_strings *shared)
{
    struct in in = {bytes, bytes + len, shared, NT_OK};
    size_t id_len;
    *b = (struct nt_brief){0};
    if (len < sizeof b->n)
        return NT_EFORMAT;
    memcpy(&b->n, bytes, sizeof b->n);
    in.at += sizeof b->n;
    const char *id = next_string(&in, &id_len);
#define NEXT(member) b->member = next_shared(&in);
    NT_BRIEF_STRINGS(NEXT)
    if (in.err != NT_OK || b->n.param_count > len || (unsigned)b->n.outcome > NT_SKIP)
        return in.err != NT_OK ? in.err : NT_EFORMAT;
    b->params = calloc((size_t)b->n.param_count + 1, sizeof *b->params);
    if (b->params == NULL)
        return NT_ENOMEM;
    for (uint32_t i = 0; i < b->n.param_count; i++) {
        b->params[i].name = next_shared(&in);
        b->params[i].label = next_shared(&in);
    }
    if (in.err == NT_OK && (b->id = malloc(id_len + 1)) == NULL)
        in.err = NT_ENOMEM;
    if (in.err == NT_OK)
        memcpy(b->id, id, id_len + 1);
    return in.err;
}

void nt_brief_free(struct nt_brief *b)
{
    free(b->id);
    free(b->params);
    *b = (struct nt_brief){0};
}
