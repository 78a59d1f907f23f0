/* What the tests of stories share: a table of stories in which nobody breaks a rule, and one of breaches, in which one party breaks
 * one rule and nobody else is blamed. */
#ifndef TEST_STORIES_H
#define TEST_STORIES_H

#include "tests/unit/conformance/forge.h"

#include "tests/unit/help.h"

struct story { /* nobody breaks a rule */
    const char *name;
    void (*tell)(struct forge *f);
    const char *rules; /* that have something to judge in it, one after another; or NULL */
};

struct breach { /* the party breaks the rule so often (a SHOULD: it gets advice), first at the frame that the story calls guilty */
    const char *name;
    void (*tell)(struct forge *f);
    const char *rule, *party;
    size_t count;
};

#define STORY(f) STORY_OF(f, NULL)
#define STORY_OF(f, rules)                                                                                                         \
    {                                                                                                                              \
#f, f, rules                                                                                                               \
    }
#define BREACH(f, rule, party, count)                                                                                              \
    {                                                                                                                              \
#f, f, rule, party, count                                                                                                  \
    }

static inline uint32_t judge_story(void (*tell)(struct forge *f), struct nt_conf_verdict *v)
{
    struct forge *f = malloc(sizeof *f);
    if (f == NULL)
        abort();
    forge_init(f, "");
    tell(f);
    assert_int_equal(forge_judge(f, v), NT_OK);
    uint32_t guilty = f->guilty;
    nt_capture_free(&f->c);
    free(f);
    return guilty;
}

static inline void print_findings(const char *story, const struct nt_conf_findings *f)
{
    for (size_t i = 0; i < f->count; i++)
        print_error("%s: frame %u, %s, %s %s: %s\n", story, (unsigned)f->of[i].frame, f->of[i].party,
                    nt_conf_level_name(f->of[i].rule->level), f->of[i].rule->id, f->of[i].detail);
}

static inline size_t count_unexercised(const struct story *s, const struct nt_conf_verdict *v)
{
    size_t missing = 0;
    for (const char *at = s->rules; at != NULL && *at != '\0';) {
        char id[64] = "";
        size_t len = strcspn(at, " ");
        memcpy(id, at, len);
        at += len + strspn(at + len, " ");
        const struct nt_conf_rule *rule = nt_conf_rule_find(id);
        if (rule != NULL && nt_conf_is_exercised(v, rule))
            continue;
        print_error("%s: %s had nothing to judge\n", s->name, id);
        missing++;
    }
    return missing;
}

static inline size_t count_blamed(const struct story *s, bool advised)
{
    struct nt_conf_verdict v;
    judge_story(s->tell, &v);
    print_findings(s->name, &v.violations);
    size_t blamed = v.violations.count + count_unexercised(s, &v);
    if (advised) {
        print_findings(s->name, &v.advice);
        blamed += v.advice.count;
    }
    nt_conf_verdict_free(&v);
    return blamed;
}

static inline void judge_stories(const struct story *stories, size_t count)
{
    size_t blamed = 0;
    for (size_t i = 0; i < count; i++)
        blamed += count_blamed(&stories[i], false);
    assert_int_equal(blamed, 0);
}

/* Those in which nobody gets advice either. */
static inline void judge_good_stories(const struct story *stories, size_t count)
{
    size_t blamed = 0;
    for (size_t i = 0; i < count; i++)
        blamed += count_blamed(&stories[i], true);
    assert_int_equal(blamed, 0);
}

static inline bool is_blamed_alone(const struct breach *b, const struct nt_conf_verdict *v, uint32_t guilty)
{
    const struct nt_conf_findings *f = v->violations.count > 0 ? &v->violations : &v->advice;
    bool alone = v->violations.count + v->advice.count == b->count && f->of[0].frame == guilty;
    for (size_t i = 0; i < f->count; i++)
        alone = alone && strcmp(f->of[i].rule->id, b->rule) == 0 && strcmp(f->of[i].party, b->party) == 0;
    return alone;
}

static inline void judge_breaches(const struct breach *breaches, size_t count)
{
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        const struct breach *b = &breaches[i];
        struct nt_conf_verdict v;
        uint32_t guilty = judge_story(b->tell, &v);
        if (!is_blamed_alone(b, &v, guilty)) {
            print_error("%s: expected %zu of %s by %s, the first at frame %u; found %zu\n", b->name, b->count, b->rule, b->party,
                        (unsigned)guilty, v.violations.count + v.advice.count);
            print_findings(b->name, &v.violations);
            print_findings(b->name, &v.advice);
            wrong++;
        }
        nt_conf_verdict_free(&v);
    }
    assert_int_equal(wrong, 0);
}

/* The tests of a file's tables `stories` and `breaches`, and what its main lists of them. */
#define TEST_STORIES_AND_BREACHES                                                                                                  \
    TEST(who_does_right_is_not_blamed)                                                                                             \
    {                                                                                                                              \
        judge_stories(stories, sizeof stories / sizeof *stories);                                                                  \
    }                                                                                                                              \
    TEST(who_breaks_a_rule_is_blamed_alone)                                                                                        \
    {                                                                                                                              \
        judge_breaches(breaches, sizeof breaches / sizeof *breaches);                                                              \
    }
#define STORIES_AND_BREACHES cmocka_unit_test(who_does_right_is_not_blamed), cmocka_unit_test(who_breaks_a_rule_is_blamed_alone)

#endif
