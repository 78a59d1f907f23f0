/* What the RFC 5780 client measures is held against the configuration: a policy that is not what it is said to be is noticed. */
#include "tests/unit/help.h"

#include "core/base/err.h"
#include "scenarios/classify/compare.h"
#include "scenarios/classify/measure.h"

#include <stdlib.h>
#include <string.h>

static struct nt_nat_policy policy(enum nt_dependence mapping, enum nt_dependence filtering)
{
    struct nt_nat_policy p;
    const char *what;
    nt_nat_policy_init(&p);
    p.mapping = mapping;
    p.filtering = filtering;
    assert_int_equal(nt_nat_policy_finish(&p, false, &what), NT_OK);
    return p;
}

/* Measures `is`, holds the result against `said`; the lines of differences, the caller frees. */
static char *differences(const struct nt_nat_policy *is, const struct nt_nat_policy *said, int *count)
{
    struct nt_discovery_result m[NT_LIFETIME_PHASES] = {0};
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    assert_int_equal(nt_classify(is, 1, m), NT_OK);
    *count = nt_classify_compare("p", said, m, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void assert_noticed(const struct nt_nat_policy *is, const struct nt_nat_policy *said, const char *line)
{
    int count;
    char *text = differences(is, said, &count);
    if (strstr(text, line) == NULL)
        fail_msg("no \"%s\" in \"%s\"", line, text);
    assert_true(count > 0);
    free(text);
}

/* Every pair of mapping and filtering against every other, with replies by the table and pinned. Flows that filter in place of
 * entries are an address-and-port-dependent filter. */
TEST(each_of_nine_is_told_from_each)
{
    for (int i = 0; i < 4 * 81; i++) {
        struct nt_nat_policy is = policy((enum nt_dependence)(1 + i / 27 % 3), (enum nt_dependence)(1 + i / 9 % 3));
        struct nt_nat_policy said = policy((enum nt_dependence)(1 + i / 3 % 3), (enum nt_dependence)(1 + i % 3));
        int count;
        is.replies = said.replies = i >= 2 * 81 ? NT_REPLIES_PINNED : NT_REPLIES_TABLE;
        if (is.filtering == NT_DEP_ADDRESS_AND_PORT && i / 81 % 2 == 1)
            is.filter_scope = NT_SCOPE_FLOW;
        char *text = differences(&is, &said, &count);
        assert_int_equal(strstr(text, "p: mapping is configured") != NULL, is.mapping != said.mapping);
        assert_int_equal(strstr(text, "p: filtering is configured") != NULL, is.filtering != said.filtering);
        assert_int_equal(count > 0, is.mapping != said.mapping || is.filtering != said.filtering);
        free(text);
    }
}

TEST(each_other_trait_is_noticed)
{
    struct nt_nat_policy said = policy(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT), is = said;
    is.hairpin = NT_HAIRPIN_EXTERNAL;
    assert_noticed(&is, &said, "p: hairpinning is configured no, measured yes");
    said.hairpin = NT_HAIRPIN_INTERNAL;
    assert_noticed(&is, &said, "p: the hairpinned source is configured internal, measured external");
    is = said;
    is.ports = NT_PORTS_SEQUENTIAL;
    assert_noticed(&is, &said, "p: port preservation is configured yes, measured no");
    is = said;
    is.life_new = 120 * NT_SEC;
    assert_noticed(&is, &said, "p: the lifetime before a reply is configured 300 s, measured ");
    is = said;
    is.life_replied = 120 * NT_SEC;
    assert_noticed(&is, &said, "p: the lifetime after a reply is configured 300 s, measured ");
    is = said;
    is.life_stream = 120 * NT_SEC;
    assert_noticed(&is, &said, "p: the lifetime of a stream is configured 300 s, measured ");
    said = is = policy(NT_DEP_ADDRESS_AND_PORT, NT_DEP_ENDPOINT_INDEPENDENT);
    is.replies = NT_REPLIES_PINNED;
    assert_noticed(&is, &said, "p: replies is configured table, measured pinned");
}

TEST(what_answers_nobody_is_noticed)
{
    struct nt_nat_policy said = policy(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT), is = said;
    is.deny_udp = true;
    assert_noticed(&is, &said, "p: the server is configured reachable, measured the server does not answer");
    assert_noticed(&said, &is, "p: the server is configured unreachable, measured reachable");
    is = said;
    is.allowed[0].proto = NT_ALLOWED_TCP;
    is.allowed_count = 1;
    assert_noticed(&said, &is, "p: the server is configured unreachable, measured reachable");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_of_nine_is_told_from_each),
                                       cmocka_unit_test(each_other_trait_is_noticed),
                                       cmocka_unit_test(what_answers_nobody_is_noticed)};
    return RUN_TESTS(tests);
}
