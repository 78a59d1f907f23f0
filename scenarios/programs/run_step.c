#include "scenarios/programs/run_step.h"
#include "scenarios/programs/program_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define WORDS_MAX 200 /* bytes of a last line */

struct nt_step_program {
    struct nt_step_program *next;
    struct nt_world *w;
    const struct nt_scn_step *step;
    nt_time until;
    bool ended;
    int status;
    FILE *log;
    size_t logged, len;
    char output[NT_STEP_PROGRAM_OUTPUT_MAX];
};

static const char *missing_text(const struct nt_step_program *program)
{
    for (size_t i = 0; i < program->step->print_count; i++)
        if (strstr(program->output, program->step->prints[i]) == NULL)
            return program->step->prints[i];
    return NULL;
}

static bool is_done(const struct nt_step_program *program, nt_time now)
{
    return program->ended || now >= program->until || (program->step->print_count > 0 && missing_text(program) == NULL);
}

static void on_line(void *user, enum nt_stream stream, char *text, size_t len, nt_time now)
{
    struct nt_step_program *program = user;
    (void)stream;
    if (program->log != NULL && program->logged < NT_STEP_PROGRAM_LOG_MAX)
        program->logged += (size_t)fprintf(program->log, "%.*s\n", (int)len, text);
    if (program->len + len + 2 > sizeof program->output)
        return;
    memcpy(program->output + program->len, text, len);
    program->len += len;
    program->output[program->len++] = '\n';
    program->output[program->len] = '\0';
    nt_world_active(program->w, now);
}

static void on_ended(void *user, int status, nt_time now)
{
    struct nt_step_program *program = user;
    program->ended = true;
    program->status = status;
    nt_world_active(program->w, now);
}

int nt_step_program_start(struct nt_step_program **list, struct nt_machine *m, struct nt_world *w, const struct nt_scn_step *step,
                          const char *logs, nt_time now)
{
    struct nt_step_program *program = calloc(1, sizeof *program);
    char name[240];
    if (program == NULL)
        return NT_ENOMEM;
    *program = (struct nt_step_program){
        .w = w, .step = step, .until = nt_time_after(now, step->duration > 0 ? step->duration : NT_STEP_PROGRAM_TIME)};
    struct nt_program_config config = {.command = step->command, .line = on_line, .ended = on_ended, .user = program};
    if (nt_program_start(m, &config) == NULL) {
        free(program);
        return NT_EIO;
    }
    unsigned number = 1;
    for (; *list != NULL; list = &(*list)->next)
        number++;
    *list = program;
    snprintf(name, sizeof name, "%.200s.run%u", nt_scn_node_name(nt_world_case(w), step->where), number);
    program->log = nt_program_log(logs, name);
    return NT_OK;
}

bool nt_step_programs_done(const struct nt_step_program *list, nt_time now)
{
    for (; list != NULL; list = list->next)
        if (!is_done(list, now))
            return false;
    return true;
}

/* The last line, for people. */
static const char *last_line(const struct nt_step_program *program, char buf[WORDS_MAX])
{
    size_t end = program->len, start;
    while (end > 0 && program->output[end - 1] == '\n')
        end--;
    for (start = end; start > 0 && program->output[start - 1] != '\n';)
        start--;
    snprintf(buf, WORDS_MAX, "%.*s", end - start < WORDS_MAX ? (int)(end - start) : WORDS_MAX, program->output + start);
    return buf;
}

const struct nt_step_program *nt_step_programs_absent(const struct nt_step_program *list)
{
    while (list != NULL && !(list->ended && WIFEXITED(list->status) && WEXITSTATUS(list->status) == 127))
        list = list->next;
    return list;
}

enum nt_outcome nt_step_programs_fault(const struct nt_step_program *list, char *why, size_t cap)
{
    const struct nt_step_program *absent = nt_step_programs_absent(list);
    char words[WORDS_MAX];
    if (absent == NULL)
        return NT_PASS;
    snprintf(why, cap, "'%.60s' is not installed here: %.100s", absent->step->command, last_line(absent, words));
    return NT_SKIP;
}

static void judge_program(struct nt_verdict *v, const struct nt_step_program *program)
{
    const char *text = missing_text(program);
    char words[WORDS_MAX];
    if (text != NULL)
        nt_verdict_fail(v, program->step->place, 0, "run: expected '%.100s' in what '%.60s' prints; its last line: '%.100s'", text,
                        program->step->command, last_line(program, words));
    else if (program->step->print_count > 0)
        return;
    else if (!program->ended)
        nt_verdict_fail(v, program->step->place, 0, "run: '%.100s' still ran when its time was over", program->step->command);
    else if (!WIFEXITED(program->status) || WEXITSTATUS(program->status) != 0)
        nt_verdict_fail(v, program->step->place, 0, "run: '%.60s' ended with %s %d; its last line: '%.100s'",
                        program->step->command, WIFEXITED(program->status) ? "status" : "signal",
                        WIFEXITED(program->status) ? WEXITSTATUS(program->status) : WTERMSIG(program->status),
                        last_line(program, words));
}

void nt_step_programs_judge(struct nt_verdict *v, const struct nt_step_program *list)
{
    for (; list != NULL; list = list->next)
        judge_program(v, list);
}

void nt_step_programs_free(struct nt_step_program *list)
{
    while (list != NULL) {
        struct nt_step_program *next = list->next;
        if (list->log != NULL)
            fclose(list->log);
        free(list);
        list = next;
    }
}
