#include "scenarios/command/sweep_tally.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "scenarios/command/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void count_text(struct nt_tally_text texts[NT_TALLY_TEXTS], const char *text, size_t len)
{
    size_t i = 0;
    while (i < NT_TALLY_TEXTS - 1 && texts[i].count > 0 && (strncmp(texts[i].text, text, len) != 0 || texts[i].text[len] != '\0'))
        i++;
    if (i < NT_TALLY_TEXTS - 1)
        snprintf(texts[i].text, sizeof texts[i].text, "%.*s", (int)len, text);
    else
        snprintf(texts[i].text, sizeof texts[i].text, "for others");
    texts[i].count++;
}

static void count_lines(struct nt_tally_text texts[NT_TALLY_TEXTS], const char *lines)
{
    for (size_t len; *lines != '\0'; lines += len + (lines[len] == '\n')) {
        len = strcspn(lines, "\n");
        count_text(texts, lines, len);
    }
}

void nt_tally_world(struct nt_tally *t, const struct nt_trial *trial)
{
    t->worlds++;
    t->skipped += trial->skipped;
    if (trial->untold)
        count_text(t->reasons, trial->why, strlen(trial->why));
    count_lines(t->rules, trial->rules);
    t->paths[trial->path]++;
    for (unsigned law = 0; law < NT_LAW_COUNT; law++)
        t->tried[law] += trial->tried >> law & 1;
}

void nt_tally_lost_world(struct nt_tally *t)
{
    t->worlds++;
    t->tried[NT_LAW_RUNS]++;
}

int nt_tally_failure(struct nt_tally *t, enum nt_law law, const char *path)
{
    char *copy = strdup(path);
    t->failures[law]++;
    if (copy == NULL ||
        nt_grow(&t->files, &t->file_cap, t->file_count + 1, sizeof *t->files, SIZE_MAX / sizeof *t->files) != NT_OK) {
        free(copy);
        return NT_ENOMEM;
    }
    t->files[t->file_count++] = copy;
    return NT_OK;
}

static void print_texts(const char *what, const struct nt_tally_text texts[NT_TALLY_TEXTS])
{
    for (size_t i = 0; i < NT_TALLY_TEXTS && texts[i].count > 0; i++)
        nt_say("%s: %" PRIu64 " %s", what, texts[i].count, texts[i].text);
}

void nt_tally_print(const struct nt_tally *t, bool process)
{
    printf("%" PRIu64 " worlds: %" PRIu64 " direct, %" PRIu64 " relayed, %" PRIu64 " without a path\n", t->worlds,
           t->paths[NT_PATH_DIRECT], t->paths[NT_PATH_RELAYED], t->paths[NT_PATH_NONE]);
    print_texts("untold", t->reasons);
    print_texts("rules", t->rules);
    for (unsigned law = 0; law < NT_LAW_COUNT; law++)
        if (law != NT_LAW_PASSES || process)
            printf("law %-11s tried in %" PRIu64 " world%s: %s\n", nt_law_name((enum nt_law)law), t->tried[law],
                   t->tried[law] == 1 ? "" : "s", nt_law_claim((enum nt_law)law));
    printf("%zu failures\n", t->file_count);
    for (size_t i = 0; i < t->file_count; i++)
        nt_say("    %s", t->files[i]);
}

void nt_tally_free(struct nt_tally *t)
{
    for (size_t i = 0; i < t->file_count; i++)
        free(t->files[i]);
    free(t->files);
}
