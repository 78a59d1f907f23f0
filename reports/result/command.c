#include "reports/result/command.h"

#include "core/base/err.h"
#include "core/base/shown.h"
#include "reports/result/text.h"

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

char *nt_result_command(const struct nt_result_case *k)
{
    struct nt_text t = {0}, filter = {0};
    /* The part `#seed=N` of an id becomes the option --seed. */
    const char *id = k->id != NULL ? k->id : "", *seed = strstr(id, "#seed=");
    nt_text_add(&filter, id, seed != NULL ? (size_t)(seed - id) : strlen(id));
    nt_text_put(&t, k->file != NULL && k->file[0] == '-' ? "natsim run ./" : "natsim run "); /* else it were a flag */
    put_quoted(&t, k->file != NULL ? k->file : "");
    if (k->param_count != 0) {
        nt_text_put(&t, " --filter ");
        put_quoted(&t, filter.p != NULL ? filter.p : "");
    }
    if (k->carrier != NULL) {
        nt_text_put(&t, " --carrier ");
        put_quoted(&t, k->carrier);
    }
    if (k->agent_l != NULL) {
        nt_text_put(&t, " --agent-l ");
        put_quoted(&t, k->agent_l);
    }
    if (k->agent_r != NULL) {
        nt_text_put(&t, " --agent-r ");
        put_quoted(&t, k->agent_r);
    }
    nt_text_printf(&t, " --seed %llu", (unsigned long long)k->seed);
    if (filter.err != NT_OK)
        t.err = filter.err;
    nt_text_free(&filter);
    if (t.err != NT_OK)
        nt_text_free(&t);
    return t.p;
}
