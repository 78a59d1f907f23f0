#include "scenarios/diff/groups.h"

#include "reports/result/words.h"

#include <inttypes.h>
#include <string.h>

static const char *text_of(const struct nt_diff_pair *p, const struct nt_diff_digest *d, enum nt_diff_fact fact)
{
    return p->texts->items[d->facts[fact]];
}

static bool differs(const struct nt_diff_pair *p, enum nt_diff_fact fact)
{
    return p->before->facts[fact] != p->after->facts[fact];
}

static bool is_bad(const struct nt_diff_digest *d)
{
    return d->outcome == NT_FAIL || d->outcome == NT_ERROR;
}

enum nt_diff_group nt_diff_group_of_new(const struct nt_diff_digest *d)
{
    return is_bad(d) ? NT_DIFF_CAME_FAILING : NT_DIFF_CAME;
}

static enum nt_diff_group outcome_group(const struct nt_diff_pair *p)
{
    if (is_bad(p->after) && !is_bad(p->before))
        return NT_DIFF_FAILING;
    return p->after->outcome == NT_PASS && p->before->outcome != NT_PASS ? NT_DIFF_PASSING : NT_DIFF_OTHER_OUTCOME;
}

/* What was not judged is no better than no path. */
static unsigned path_rank(unsigned path)
{
    return path != 0 ? path : NT_PATH_NONE << 1;
}

static enum nt_diff_group path_group(const struct nt_diff_pair *p)
{
    return path_rank(p->after->path) > path_rank(p->before->path) ? NT_DIFF_WORSE_PATH : NT_DIFF_BETTER_PATH;
}

static enum nt_diff_group violations_group(const struct nt_diff_pair *p)
{
    bool rose = nt_diff_fact_rose(text_of(p, p->before, NT_FACT_VIOLATIONS), text_of(p, p->after, NT_FACT_VIOLATIONS));
    return rose ? NT_DIFF_BREAKING : NT_DIFF_KEEPING;
}

static enum nt_diff_group time_group(const struct nt_diff_pair *p)
{
    int64_t a = p->before->connect_ms, b = p->after->connect_ms;
    if (p->o->tolerance < 0 || a < 0 || b < 0 || (a <= b ? b - a : a - b) <= p->o->tolerance)
        return NT_DIFF_GROUP_COUNT;
    return b > a ? NT_DIFF_LATER : NT_DIFF_EARLIER;
}

enum nt_diff_group nt_diff_group_of(const struct nt_diff_pair *p)
{
    if (differs(p, NT_FACT_OUTCOME))
        return outcome_group(p);
    if (p->before->path != p->after->path)
        return path_group(p);
    if (differs(p, NT_FACT_VIOLATIONS))
        return violations_group(p);
    if (differs(p, NT_FACT_REASON))
        return NT_DIFF_OTHER_REASON;
    if (differs(p, NT_FACT_TYPES))
        return NT_DIFF_TYPES;
    if (differs(p, NT_FACT_STATES))
        return NT_DIFF_STATES;
    if (differs(p, NT_FACT_GAP))
        return p->after->gap_ms > p->before->gap_ms ? NT_DIFF_LONGER_GAP : NT_DIFF_SHORTER_GAP;
    return p->o->advice && differs(p, NT_FACT_ADVICE) ? NT_DIFF_ADVICE : time_group(p);
}

/* --- what is said --- */

/* The value of a fact of the whole case. */
static void put_value(struct nt_text *t, const char *fact)
{
    nt_text_add(t, fact + 1, strcspn(fact + 1, "\n"));
}

static void put_reason(struct nt_text *t, const char *fact)
{
    nt_text_put(t, fact[1] != '\n' ? ": " : "");
    put_value(t, fact);
}

static void put_change(struct nt_text *t, const struct nt_diff_pair *p, enum nt_diff_fact fact)
{
    nt_diff_fact_put_change(t, fact, text_of(p, p->before, fact), text_of(p, p->after, fact));
}

static void put_time(struct nt_text *t, const struct nt_diff_pair *p)
{
    nt_text_printf(t, "connected after %" PRId64 " -> %" PRId64 " ms", p->before->connect_ms, p->after->connect_ms);
}

static const struct {
    const char *title;
    enum nt_diff_mark mark;
    enum nt_diff_fact lead; /* NT_FACT_COUNT: the time to connect */
} groups[] = {
#define GROUP(name, title, mark, lead) {title, NT_DIFF_##mark, NT_FACT_##lead},
    NT_DIFF_GROUPS(GROUP)};

const char *nt_diff_group_title(enum nt_diff_group g)
{
    return groups[g].title;
}

enum nt_diff_mark nt_diff_group_mark(enum nt_diff_group g)
{
    return groups[g].mark;
}

static bool is_told(const struct nt_diff_pair *p, enum nt_diff_fact fact)
{
    return differs(p, fact) && (fact != NT_FACT_ADVICE || p->o->advice);
}

void nt_diff_group_put(struct nt_text *lead, struct nt_text *also, enum nt_diff_group g, const struct nt_diff_pair *p)
{
    enum nt_diff_fact first = groups[g].lead;
    lead->len = also->len = 0;
    nt_text_add(also, "", 0);
    if (first == NT_FACT_COUNT)
        put_time(lead, p);
    else
        put_change(lead, p, first);
    if (first == NT_FACT_OUTCOME)
        put_reason(lead, text_of(p, p->after, NT_FACT_REASON));
    for (enum nt_diff_fact i = first == NT_FACT_OUTCOME ? NT_FACT_PATH : NT_FACT_REASON; i < NT_FACT_COUNT; i++) {
        if (i == first || !is_told(p, i))
            continue;
        nt_text_put(also, also->len > 0 ? "; " : "");
        put_change(also, p, i);
    }
}

void nt_diff_group_put_alone(struct nt_text *lead, const struct nt_diff_digest *d, const struct nt_strings *texts)
{
    lead->len = 0;
    put_value(lead, texts->items[d->facts[NT_FACT_OUTCOME]]);
    put_reason(lead, texts->items[d->facts[NT_FACT_REASON]]);
}
