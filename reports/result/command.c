#include "reports/result/command.h"

#include "core/base/err.h"
#include "core/base/shown.h"
#include "reports/result/text.h"

#include <stdlib.h>
#include <string.h>

/* As $'...' of bash, for text that a terminal would not show as it is. */
static void put_escaped(struct nt_text *t, const char *s)
{
    char one[NT_SHOWN_BYTES];
    bool plain;
    nt_text_put(t, "$'");
    for (size_t left = strlen(s), len; left > 0; s += len, left -= len) {
        len = nt_shown_character(s, left, one, &plain);
        if (*s == '\'' || *s == '\\')
            nt_text_put(t, "\\");
        for (size_t i = 0; i < len && !plain; i++)
            nt_text_printf(t, "\\x%02x", (unsigned)(unsigned char)s[i]);
        nt_text_add(t, s, plain ? len : 0);
    }
    nt_text_put(t, "'");
}

static void put_quoted(struct nt_text *t, const char *s)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/+:@%";
    if (s[0] != '\0' && strspn(s, plain) == strlen(s)) {
        nt_text_put(t, s);
        return;
    }
    if (!nt_is_shown_plain(s)) {
        put_escaped(t, s);
        return;
    }
    nt_text_put(t, "'");
    for (; *s != '\0'; s++) {
        if (*s == '\'')
            nt_text_put(t, "'\\''");
        else
            nt_text_add(t, s, 1);
    }
    nt_text_put(t, "'");
}

char *nt_shell_argument(const char *s)
{
    struct nt_text t = {0};
    put_quoted(&t, s);
    if (t.err != NT_OK)
        nt_text_free(&t);
    return t.p;
}

/* "natsim VERB ARGUMENT": what begins like a flag is a path, too. */
static void put_verb(struct nt_text *t, const char *verb, const char *argument)
{
    nt_text_printf(t, argument[0] == '-' ? "natsim %s ./" : "natsim %s ", verb);
    put_quoted(t, argument);
}

static void put_flag(struct nt_text *t, const char *flag, const char *value)
{
    if (value == NULL)
        return;
    nt_text_printf(t, " %s ", flag);
    put_quoted(t, value);
}

static char *end_command(struct nt_text *t, const struct nt_result_case *k, uint32_t runs)
{
    put_flag(t, "--carrier", k->carrier);
    put_flag(t, "--agent-l", k->agent_l);
    put_flag(t, "--agent-r", k->agent_r);
    nt_text_printf(t, " --seed %llu", (unsigned long long)k->seed);
    if (runs > 1)
        nt_text_printf(t, " --runs %u", (unsigned)runs);
    if (t->err != NT_OK)
        nt_text_free(t);
    return t->p;
}

/* The id without its part `#seed=N`, which becomes the option --seed. */
static char *id_without_seed(const struct nt_result_case *k)
{
    const char *id = k->id != NULL ? k->id : "", *seed = strstr(id, "#seed=");
    return strndup(id, seed != NULL ? (size_t)(seed - id) : strlen(id));
}

static bool have_differed(const struct nt_result_case *k)
{
    return k->runs_passed > 0 && k->runs_failed > 0;
}

char *nt_result_command(const struct nt_result_case *k)
{
    struct nt_text t = {0};
    char *id = id_without_seed(k);
    if (id == NULL)
        return NULL;
    put_verb(&t, "run", nt_result_place(k));
    put_flag(&t, "--filter", k->param_count != 0 ? id : NULL);
    free(id);
    nt_text_put(&t, " --out natsim-again"); /* what stands in the usual one is what this is read in */
    return end_command(&t, k, have_differed(k) ? k->runs_passed + k->runs_failed : 1);
}

char *nt_result_explain(const struct nt_result_case *k)
{
    struct nt_text t = {0}, which = {0};
    const char *place = k->found_at, *dot = place != NULL ? strrchr(place, '.') : NULL;
    char *id = id_without_seed(k), *cell = id != NULL ? strchr(id, '[') : NULL;
    if (dot != NULL) /* "suites/nats.yaml" and "nats[x=1]": "suites/nats[x=1]" */
        nt_text_printf(&which, "%.*s%s", (int)(dot - place), place, cell != NULL ? cell : "");
    else
        nt_text_put(&which, id);
    if (id != NULL && which.err == NT_OK)
        put_verb(&t, "explain", which.p != NULL ? which.p : "");
    else
        t.err = NT_ENOMEM;
    free(id);
    nt_text_free(&which);
    return end_command(&t, k, 1);
}

char *nt_result_replay(const struct nt_result_case *k)
{
    return have_differed(k) ? nt_result_command(k) : nt_result_explain(k);
}
