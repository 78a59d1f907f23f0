#include "scenarios/files/run_identity.h"
#include "core/base/diag.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SENTENCES_MAX 5

void nt_run_identity_write_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f || *text == '\\')
            fprintf(out, "\\x%02x", (unsigned)(unsigned char)*text);
        else
            putc(*text, out);
}

/* The text of a memory stream; NULL when memory did not suffice. */
static char *end_lines(FILE *out, char **text)
{
    bool whole = out != NULL && ferror(out) == 0;
    if (out != NULL && fclose(out) == 0 && whole)
        return *text;
    free(*text);
    return NULL;
}

char *nt_run_identity_lines(const struct nt_run_identity *is)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return NULL;
    fprintf(out, "program %s\n%s", is->program, is->selection);
    if (is->ranks > 0)
        fprintf(out, "rank %" PRIu64 " of %" PRIu64 "\n", is->rank, is->ranks);
    return end_lines(out, &text);
}

/* Ranks may be of several builds: machines differ. */
char *nt_run_identity_launch_lines(const struct nt_run_identity *is)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return NULL;
    fprintf(out, "ranks %" PRIu64 "\nlaunch ", is->ranks);
    nt_run_identity_write_text(out, is->launch);
    fprintf(out, "\n%s", is->selection);
    return end_lines(out, &text);
}

/* --- what differs --- */

struct sentences {
    char *p;
    size_t cap, len;
    unsigned count;
};

static void add_sentence(struct sentences *s, const char *fmt, ...) NT_PRINTF(2, 3);

static void add_sentence(struct sentences *s, const char *fmt, ...)
{
    va_list args;
    if (s->count++ >= SENTENCES_MAX || s->len >= s->cap)
        return;
    s->len += (size_t)snprintf(s->p + s->len, s->cap - s->len, "%s", s->count > 1 ? "; " : "");
    va_start(args, fmt);
    if (s->len < s->cap)
        s->len += (size_t)vsnprintf(s->p + s->len, s->cap - s->len, fmt, args);
    va_end(args);
}

/* A line: a word, what it speaks of, and what it says of it. */
struct line {
    const char *word, *subject, *said;
    int word_len, subject_len, said_len;
};

static struct line read_line(const char *at)
{
    int len = (int)strcspn(at, "\n"), word = (int)strcspn(at, " \n");
    const char *rest = at + word + (word < len), *end = at + len;
    struct line l = {at, rest, rest, word, 0, (int)(end - rest)};
    int first = (int)strcspn(rest, " \n");
    if (strncmp(at, "flag ", 5) == 0)
        l.subject_len = first;
    if (strncmp(at, "file ", 5) != 0 || rest + first == end)
        return l;
    l.said_len = first;
    l.subject = rest + first + 1;
    l.subject_len = (int)(end - l.subject);
    return l;
}

static const char *next_line(const char *at)
{
    at += strcspn(at, "\n");
    return *at != '\0' ? at + 1 : at;
}

static bool are_equal(const char *a, int a_len, const char *b, int b_len)
{
    return a_len == b_len && strncmp(a, b, (size_t)a_len) == 0;
}

static bool speak_of_the_same(const struct line *a, const struct line *b)
{
    return are_equal(a->word, a->word_len, b->word, b->word_len) &&
           are_equal(a->subject, a->subject_len, b->subject, b->subject_len);
}

/* Whether a line from `at` on speaks of the same. */
static bool comes_later(const struct line *l, const char *at)
{
    for (; *at != '\0'; at = next_line(at)) {
        struct line later = read_line(at);
        if (speak_of_the_same(l, &later))
            return true;
    }
    return false;
}

static bool is_word(const struct line *l, const char *word)
{
    return are_equal(l->word, l->word_len, word, (int)strlen(word));
}

static void say_changed(struct sentences *s, const struct line *then, const struct line *now)
{
    if (is_word(now, "file"))
        add_sentence(s, "%.*s has changed since", now->subject_len, now->subject);
    else if (is_word(now, "program"))
        add_sentence(s, "natsim was %.*s then and is %.*s now", then->said_len, then->said, now->said_len, now->said);
    else if (is_word(now, "flag"))
        add_sentence(s, "%.*s then, %.*s now", then->said_len, then->said, now->said_len, now->said);
    else
        add_sentence(s, "%.*s %.*s then, %.*s now", then->word_len, then->word, then->said_len, then->said, now->said_len,
                     now->said);
}

/* The line is in one text alone. */
static void say_alone(struct sentences *s, const struct line *l, bool then)
{
    if (is_word(l, "file"))
        add_sentence(s, "%.*s was %sselected then", l->subject_len, l->subject, then ? "" : "not ");
    else if (is_word(l, "flag"))
        add_sentence(s, "%.*s was %sgiven then", l->said_len, l->said, then ? "" : "not ");
    else
        add_sentence(s, "it was %s%.*s %.*s then", then ? "" : "not ", l->word_len, l->word, l->said_len, l->said);
}

bool nt_run_identity_is_same(const char *then, const char *now, char *what, size_t cap)
{
    struct sentences s = {.p = what, .cap = cap};
    what[0] = '\0';
    while ((*then != '\0' || *now != '\0') && s.count <= SENTENCES_MAX) {
        struct line a = read_line(then), b = read_line(now);
        bool same = *then != '\0' && *now != '\0' && speak_of_the_same(&a, &b);
        bool a_alone = !same && *then != '\0' && !comes_later(&a, now);
        if (same && !are_equal(a.said, a.said_len, b.said, b.said_len))
            say_changed(&s, &a, &b);
        else if (!same)
            say_alone(&s, a_alone ? &a : &b, a_alone);
        then = same || a_alone ? next_line(then) : then;
        now = same || !a_alone ? next_line(now) : now;
    }
    if (s.count > SENTENCES_MAX && s.len < s.cap)
        snprintf(s.p + s.len, s.cap - s.len, "; and more");
    return s.count == 0;
}
