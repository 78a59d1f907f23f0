#include "scenarios/command/go_on.h"
#include "core/base/err.h"
#include "reports/result/command.h"
#include "reports/result/text.h"
#include "scenarios/command/say.h"

#include <stdlib.h>
#include <string.h>

static void put_word(struct nt_text *line, const char *word)
{
    char *quoted = nt_shell_argument(word);
    nt_text_put(line, line->len > 0 ? " " : "");
    nt_text_put(line, quoted != NULL ? quoted : "");
    line->err = quoted != NULL ? line->err : NT_ENOMEM;
    free(quoted);
}

/* Behind "--" nothing is a flag. */
static void put_words(struct nt_text *line, const struct nt_options *o)
{
    bool resumes = o->resume;
    for (size_t i = 0; i < o->word_count; i++) {
        if (!resumes && strcmp(o->words[i], "--") == 0) {
            put_word(line, "--resume");
            resumes = true;
        }
        put_word(line, o->words[i]);
    }
    if (!resumes)
        put_word(line, "--resume");
}

void nt_print_go_on(const struct nt_options *o)
{
    struct nt_text line = {0};
    put_words(&line, o);
    if (line.err == NT_OK)
        nt_say("%s%s", o->ranked ? "to go on, start the ranks with: " : "", line.p);
    nt_text_free(&line);
}
