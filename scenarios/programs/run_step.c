#include "scenarios/programs/run_step.h"
#include "natsim/live/machine.h"
#include "scenarios/programs/machines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define WORDS_MAX 200 /* bytes of a last line */

struct nt_program_state {
    struct nt_program_state *next;
    struct nt_world *w;
    const struct nt_scn_step *step;
    nt_time until;
    bool ended;
    int status;
    FILE *log;
    size_t logged, len;
    char output[NT_PROGRAM_OUTPUT_MAX];
};

static const char *missing(const struct nt_program_state *p)
{
    for (size_t i = 0; i < p->step->print_count; i++)
        if (strstr(p->output, p->step->prints[i]) == NULL)
            return p->step->prints[i];
    return NULL;
}

static bool is_done(const struct nt_program_state *p, nt_time now)
{
    return p->ended || now >= p->until || (p->step->print_count > 0 && missing(p) == NULL);
}

static void line(void *user, enum nt_stream stream, char *text, size_t len, nt_time now)
{
    struct nt_program_state *p = user;
    (void)stream;
    if (p->log != NULL && p->logged < NT_PROGRAM_LOG_MAX)
        p->logged += (size_t)fprintf(p->log, "%.*s\n", (int)len, text);
    if (p->len + len + 2 > sizeof p->output)
        return;
    memcpy(p->output + p->len, text, len);
    p->len += len;
    p->output[p->len++] = '\n';
    p->output[p->len] = '\0';
    p->w->last_activity = now;
}

static void ended(void *user, int status, nt_time now)
{
    struct nt_program_state *p = user;
    p->ended = true;
    p->status = status;
    p->w->last_activity = now;
}

int nt_program_run(struct nt_world *w, const struct nt_scn_step *step, nt_time now)
{
    struct nt_machine *m = step->where.kind == NT_SCN_NODE_SERVER ? w->server_machines[step->where.index] : w->agent_machines[step->where.index];
    struct nt_program_state *p = calloc(1, sizeof *p), **at = &w->programs;
    char name[240];
    if (p == NULL)
        return NT_ENOMEM;
    p->w = w;
    p->step = step;
    p->until = nt_time_after(now, step->duration > 0 ? step->duration : NT_PROGRAM_TIME);
    struct nt_program_config config = {.command = step->command, .line = line, .ended = ended, .user = p};
    if (nt_program_start(m, &config) == NULL) {
        free(p);
        return NT_EIO;
    }
    unsigned number = 1;
    for (; *at != NULL; at = &(*at)->next)
        number++;
    *at = p;
    snprintf(name, sizeof name, "%.200s.run%u", nt_scn_node_name(w->scn, step->where), number);
    p->log = nt_live_log(w, name);
    return NT_OK;
}

bool nt_programs_done(const struct nt_program_state *list, nt_time now)
{
    for (; list != NULL; list = list->next)
        if (!is_done(list, now))
            return false;
    return true;
}

/* The last line, for people. */
static const char *last_line(const struct nt_program_state *p, char buf[WORDS_MAX])
{
    size_t end = p->len, start;
    while (end > 0 && p->output[end - 1] == '\n')
        end--;
    for (start = end; start > 0 && p->output[start - 1] != '\n';)
        start--;
    snprintf(buf, WORDS_MAX, "%.*s", end - start < WORDS_MAX ? (int)(end - start) : WORDS_MAX, p->output + start);
    return buf;
}

enum nt_outcome nt_programs_fault(const struct nt_program_state *list, char *why, size_t cap)
{
    for (; list != NULL; list = list->next)
        if (list->ended && WIFEXITED(list->status) && WEXITSTATUS(list->status) == 127) {
            char words[WORDS_MAX];
            snprintf(why, cap, "'%.60s' is not installed here: %.100s", list->step->command, last_line(list, words));
            return NT_SKIP;
        }
    return NT_PASS;
}

static void judge(struct nt_verdict *v, const struct nt_program_state *p)
{
    const char *text = missing(p);
    char words[WORDS_MAX];
    if (text != NULL)
        nt_verdict_fail(v, p->step->place, 0, "run: expected '%.100s' in what '%.60s' prints; its last line: '%.100s'", text, p->step->command, last_line(p, words));
    else if (p->step->print_count > 0)
        return;
    else if (!p->ended)
        nt_verdict_fail(v, p->step->place, 0, "run: '%.100s' still ran when its time was over", p->step->command);
    else if (!WIFEXITED(p->status) || WEXITSTATUS(p->status) != 0)
        nt_verdict_fail(v, p->step->place, 0, "run: '%.60s' ended with %s %d; its last line: '%.100s'", p->step->command,
                        WIFEXITED(p->status) ? "status" : "signal", WIFEXITED(p->status) ? WEXITSTATUS(p->status) : WTERMSIG(p->status), last_line(p, words));
}

void nt_programs_judge(struct nt_verdict *v, const struct nt_world *w)
{
    for (const struct nt_program_state *p = w->programs; p != NULL; p = p->next)
        judge(v, p);
}

void nt_programs_free(struct nt_program_state *list)
{
    while (list != NULL) {
        struct nt_program_state *next = list->next;
        if (list->log != NULL)
            fclose(list->log);
        free(list);
        list = next;
    }
}
