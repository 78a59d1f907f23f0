#define _GNU_SOURCE
#include "scenarios/programs/run_step.h"
#include "scenarios/programs/optional_program.h"
#include "scenarios/programs/program_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

struct nt_step_program {
    struct nt_step_program *next;
    struct nt_world *w;
    const struct nt_scn_step *step;
    nt_time until;
    bool ended;
    int status;
    bool *found; /* of the texts that are expected */
    struct nt_program_log log;
    char last[NT_PROGRAM_WORDS_MAX]; /* its last line that is not empty */
    size_t len;
    char output[2 * NT_PROGRAM_LINE_MAX]; /* the latest: a text may begin in one line and end in the next */
};

static const char *missing_text(const struct nt_step_program *program)
{
    for (size_t i = 0; i < program->step->print_count; i++)
        if (!program->found[i])
            return program->step->prints[i];
    return NULL;
}

static bool is_done(const struct nt_step_program *program, nt_time now)
{
    return program->ended || now >= program->until || (program->step->print_count > 0 && missing_text(program) == NULL);
}

/* Looks for texts that end in the latest bytes. Any bytes may be printed, NUL too. */
static void look_for_texts(struct nt_step_program *program, size_t latest)
{
    for (size_t i = 0; i < program->step->print_count; i++) {
        const char *text = program->step->prints[i];
        size_t len = latest + strlen(text), n = len < program->len ? len : program->len;
        program->found[i] = program->found[i] || memmem(program->output + program->len - n, n, text, strlen(text)) != NULL;
    }
}

static void add_output(struct nt_step_program *program, const char *text, size_t len)
{
    size_t kept = sizeof program->output - len;
    if (program->len > kept) {
        memmove(program->output, program->output + program->len - kept, kept);
        program->len = kept;
    }
    memcpy(program->output + program->len, text, len);
    program->len += len;
}

static void on_line(void *user, const struct nt_program_line *line, nt_time now)
{
    struct nt_step_program *program = user;
    nt_program_log_line(&program->log, "", line->text, line->len);
    add_output(program, line->text, line->len);
    if (!line->goes_on)
        add_output(program, "\n", 1);
    if (line->len > 0)
        nt_program_words(program->last, line->text, line->len);
    look_for_texts(program, line->len + 1);
    nt_world_active(program->w, now);
}

static void on_ended(void *user, int status, nt_time now)
{
    struct nt_step_program *program = user;
    program->ended = true;
    program->status = status;
    nt_world_active(program->w, now);
}

static void free_program(struct nt_step_program *program)
{
    nt_program_log_close(&program->log);
    free(program->found);
    free(program);
}

static int start_program(struct nt_step_program *program, struct nt_machine *m, const struct nt_program_files *files,
                         const struct nt_program_logs *logs, unsigned number)
{
    struct nt_program_config config = {.command = program->step->command, .line = on_line, .ended = on_ended, .user = program};
    char name[240];
    snprintf(name, sizeof name, "%.200s.run%u", nt_scn_node_name(nt_world_case(program->w), program->step->where), number);
    if (!nt_program_log_open(&program->log, logs, name))
        return NT_EIO;
    nt_program_files_tell(files, program->step->command, &program->log);
    return nt_program_start(m, &config) != NULL ? NT_OK : NT_EIO;
}

int nt_step_program_start(struct nt_step_program **list, struct nt_machine *m, struct nt_world *w, const struct nt_scn_step *step,
                          const struct nt_program_files *files, const struct nt_program_logs *logs, nt_time now)
{
    struct nt_step_program *program = calloc(1, sizeof *program);
    if (program == NULL)
        return NT_ENOMEM;
    program->w = w;
    program->step = step;
    program->until = nt_time_after(now, step->duration > 0 ? step->duration : NT_STEP_PROGRAM_TIME);
    program->found = calloc(step->print_count + 1, sizeof *program->found);
    unsigned number = 1;
    for (; *list != NULL; list = &(*list)->next)
        number++;
    int r = program->found != NULL ? start_program(program, m, files, logs, number) : NT_ENOMEM;
    if (r == NT_OK)
        *list = program;
    else
        free_program(program);
    return r;
}

bool nt_step_programs_done(const struct nt_step_program *list, nt_time now)
{
    for (; list != NULL; list = list->next)
        if (!is_done(list, now))
            return false;
    return true;
}

/* It ended, and for that alone: no program of it was there. What a shell says in a pipe counts unless all that is expected is
 * printed. */
static bool was_not_started(const struct nt_step_program *program)
{
    bool printed = program->step->print_count > 0 && missing_text(program) == NULL;
    return program->ended && nt_program_was_not_started(program->status, printed ? "" : program->last);
}

const struct nt_step_program *nt_step_programs_absent(const struct nt_step_program *list)
{
    while (list != NULL && !was_not_started(list))
        list = list->next;
    return list;
}

static const char *command_words(const struct nt_step_program *program, char buf[NT_PROGRAM_WORDS_MAX])
{
    return nt_program_words(buf, program->step->command, strlen(program->step->command));
}

enum nt_outcome nt_step_programs_fault(const struct nt_step_program *list, char *why, size_t cap)
{
    const struct nt_step_program *absent = nt_step_programs_absent(list);
    char command[NT_PROGRAM_WORDS_MAX];
    if (absent == NULL)
        return NT_PASS;
    const struct nt_optional_program *optional = nt_optional_program_absent(absent->step->command);
    if (optional != NULL) {
        snprintf(why, cap, "'%s' is not installed: apt-get install %s", optional->name, optional->package);
        return NT_SKIP;
    }
    snprintf(why, cap, "run: '%s' cannot be run: %s%sis the program here, with its interpreter, and may it be executed?",
             command_words(absent, command), absent->last, *absent->last != '\0' ? ": " : "");
    return NT_ERROR;
}

static void judge_program(struct nt_verdict *v, const struct nt_step_program *program)
{
    const char *text = missing_text(program);
    char command[NT_PROGRAM_WORDS_MAX], wanted[NT_PROGRAM_WORDS_MAX];
    command_words(program, command);
    if (text != NULL)
        nt_verdict_fail(v, program->step->place, 0, "run: expected '%s' in what '%s' prints; its last line: '%s'",
                        nt_program_words(wanted, text, strlen(text)), command, program->last);
    else if (program->step->print_count > 0)
        return;
    else if (!program->ended)
        nt_verdict_fail(v, program->step->place, 0, "run: '%s' still ran when its time was over", command);
    else if (!WIFEXITED(program->status) || WEXITSTATUS(program->status) != 0)
        nt_verdict_fail(v, program->step->place, 0, "run: '%s' ended with %s %d; its last line: '%s'", command,
                        WIFEXITED(program->status) ? "status" : "signal",
                        WIFEXITED(program->status) ? WEXITSTATUS(program->status) : WTERMSIG(program->status), program->last);
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
        free_program(list);
        list = next;
    }
}
