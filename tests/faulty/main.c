/* faulty_party: runs scenarios in virtual time with one faulty party, and prints what the rules found, one line of JSON for each
 * case. --batch reads such command lines from standard input, one a line: hundreds of runs a second. */
#include "pcap/write_pcapng.h"
#include "reports/result/json_text.h"
#include "reports/result/result_json.h"
#include "scenarios/language/load.h"
#include "scenarios/language/text/units.h"
#include "scenarios/run/explore.h"
#include "tests/faulty/faults.h"
#include "tests/faulty/faulty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 64
#define LINE_MAX_BYTES 4096

#define PARTIES_MAX 4

struct job {
    struct faulty_config parties[PARTIES_MAX]; /* options are of the last one */
    size_t count;
    char faults[256];    /* as they were given */
    const char *capture; /* where the packets go; NULL: nowhere */
    bool whole;          /* the results are printed as results.json has them */
    const char *files[WORDS_MAX];
    size_t file_count;
};

static bool complain(const char *what, const char *word)
{
    fprintf(stderr, "faulty_party: %s '%s'\n", what, word);
    return false;
}

static bool read_faults(struct job *job, struct faulty_config *config, const char *names)
{
    char unknown[FAULT_NAME_MAX];
    size_t before = strlen(job->faults);
    snprintf(job->faults + before, sizeof job->faults - before, "%s%s", before > 0 ? " " : "", names);
    return faults_add(config, names, unknown) || complain("no fault is called", unknown);
}

static bool read_time(const char *text, nt_time *at)
{
    return nt_unit_time(text, at) == NT_UNIT_OK || complain("no time:", text);
}

static bool read_party_option(struct job *job, struct faulty_config *config, const char *option, const char *value)
{
    if (strcmp(option, "--fault") == 0)
        return read_faults(job, config, value);
    if (strcmp(option, "--from") == 0)
        return read_time(value, &config->from);
    if (strcmp(option, "--to") == 0)
        return read_time(value, &config->to);
    return complain("no such option:", option);
}

static bool read_option(struct job *job, const char *option, const char *value)
{
    if (strcmp(option, "--capture") == 0)
        job->capture = value;
    else if (strcmp(option, "--at") != 0)
        return job->count > 0 ? read_party_option(job, &job->parties[job->count - 1], option, value)
                              : complain("--at NODE is missing before", option);
    else if (job->count == PARTIES_MAX)
        return complain("one node too many:", value);
    else
        job->parties[job->count++].at = value;
    return true;
}

static bool read_job(struct job *job, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--relayed") == 0 && job->count > 0)
            job->parties[job->count - 1].relayed = true;
        else if (strcmp(argv[i], "--whole") == 0)
            job->whole = true;
        else if (strncmp(argv[i], "--", 2) != 0 && job->file_count < WORDS_MAX)
            job->files[job->file_count++] = argv[i];
        else if (i + 1 == argc)
            return complain("nothing follows", argv[i]);
        else if (!read_option(job, argv[i], argv[i + 1]))
            return false;
        else
            i++;
    }
    return true;
}

static void add_member(struct nt_text *t, const char *name, const char *value)
{
    nt_text_printf(t, ", \"%s\": ", name);
    nt_json_string(t, value);
}

/* All findings of a rule about a party are one; the text is the first one's. */
static void add_findings(struct nt_text *t, const char *name, const struct nt_result_finding *found, size_t count)
{
    nt_text_printf(t, ", \"%s\": [", name);
    for (size_t i = 0; i < count; i++) {
        uint32_t n = 0;
        size_t first = count;
        for (size_t k = 0; k < count; k++)
            if (strcmp(found[k].rule, found[i].rule) == 0 && strcmp(found[k].agent, found[i].agent) == 0) {
                first = k < first ? k : first;
                n += found[k].count;
            }
        if (first != i)
            continue;
        nt_text_printf(t, "%s{\"agent\": ", t->p[t->len - 1] == '[' ? "" : ", ");
        nt_json_string(t, found[i].agent);
        add_member(t, "rule", found[i].rule);
        nt_text_printf(t, ", \"count\": %u, \"packet\": %u", (unsigned)n, (unsigned)found[i].packet);
        add_member(t, "detail", found[i].detail);
        nt_text_put(t, "}");
    }
    nt_text_put(t, "]");
}

static void add_states(struct nt_text *t, const struct nt_result_case *r)
{
    nt_text_put(t, ", \"states\": {");
    for (size_t i = 0; i < r->agent_count; i++) {
        nt_text_put(t, i == 0 ? "" : ", ");
        nt_json_string(t, r->agents[i].name);
        nt_text_put(t, ": ");
        nt_json_string(t, r->agents[i].state);
    }
    nt_text_put(t, "}");
}

static void add_not_judged(struct nt_text *t, const struct nt_result_case *r)
{
    nt_text_put(t, ", \"not_judged\": [");
    for (size_t i = 0; i < r->not_judged_count; i++) {
        nt_text_put(t, i == 0 ? "{\"agent\": " : ", {\"agent\": ");
        nt_json_string(t, r->not_judged[i].agent);
        add_member(t, "rule", r->not_judged[i].rule);
        nt_text_put(t, "}");
    }
    nt_text_put(t, "]");
}

static void write_findings(struct nt_text *t, const struct job *job, const struct nt_result_case *r)
{
    nt_text_put(t, "{\"id\": ");
    nt_json_string(t, r->id);
    add_member(t, "at", job->count > 0 ? job->parties[0].at : "");
    add_member(t, "fault", job->faults);
    add_member(t, "outcome", nt_outcome_name(r->outcome));
    add_member(t, "reason", r->reason);
    add_member(t, "path", r->path);
    add_findings(t, "violations", r->violations, r->violation_count);
    add_findings(t, "advice", r->advice, r->advice_count);
    add_states(t, r);
    add_not_judged(t, r);
    nt_text_put(t, "}");
}

static void print_result(const struct job *job, const struct nt_result_case *r)
{
    struct nt_text t = {0};
    if (job->whole)
        nt_result_case_json(&t, r);
    else
        write_findings(&t, job, r);
    puts(t.p);
    nt_text_free(&t);
}

static bool keep_capture(const struct job *job, const struct nt_capture *capture)
{
    return job->capture == NULL || nt_capture_write_pcapng(capture, job->capture, NULL) == NT_OK ||
           complain("cannot be written:", job->capture);
}

static bool run_case(const struct job *job, const struct nt_scn_case *c)
{
    struct faulties *all = faulties_new(job->parties, job->count);
    struct nt_capture capture;
    struct nt_result_case result;
    if (all == NULL)
        return complain("out of memory at", c->id);
    struct nt_run_options options = {.seed = c->seed, .wrapper = faulties_wrapper(all)};
    nt_capture_init(&capture);
    nt_run_case(c, &options, &capture, NULL, &result);
    print_result(job, &result);
    bool kept = keep_capture(job, &capture);
    nt_result_case_free(&result);
    nt_capture_free(&capture);
    faulties_del(all);
    return kept;
}

static bool complain_about_file(const char *path, struct nt_diags *diags)
{
    char *text = nt_diags_format(diags);
    complain("cannot be run:", text != NULL ? text : path);
    free(text);
    nt_diags_clear(diags);
    return false;
}

static bool run_file(const struct job *job, const char *path)
{
    struct nt_diags diags = {0};
    struct nt_scn_file *file = nt_scn_load(path, path, path, NT_CARRIER_BUILTIN, &diags);
    bool done = file != NULL;
    for (size_t i = 0; done && i < nt_scn_file_cases(file); i++) {
        struct nt_scn_case *c = nt_scn_file_case(file, i, &diags);
        done = c != NULL && run_case(job, c);
        nt_scn_case_del(c);
    }
    nt_scn_file_del(file);
    return done || complain_about_file(path, &diags);
}

static bool run_job(int argc, char **argv)
{
    struct job job = {0};
    if (!read_job(&job, argc, argv))
        return false;
    for (size_t i = 0; i < job.file_count; i++)
        if (!run_file(&job, job.files[i]))
            return false;
    return true;
}

static bool run_batch(void)
{
    char line[LINE_MAX_BYTES];
    bool done = true;
    while (done && fgets(line, sizeof line, stdin) != NULL) {
        char *words[WORDS_MAX], *rest = line;
        int count = 0;
        for (char *w = strtok_r(line, " \n", &rest); w != NULL && count < WORDS_MAX; w = strtok_r(NULL, " \n", &rest))
            words[count++] = w;
        done = count == 0 || run_job(count, words);
    }
    return done;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        faults_print();
    else if (argc == 2 && strcmp(argv[1], "--batch") == 0)
        return run_batch() ? 0 : 2;
    else if (argc > 1)
        return run_job(argc - 1, argv + 1) ? 0 : 2;
    else
        fputs(
            "usage: faulty_party {--at NODE --fault NAME[+NAME] [--from 31s] [--to 32s] [--relayed]}... [--whole] FILE...; --batch; --list\n",
            stderr);
    return argc > 1 ? 0 : 2;
}
