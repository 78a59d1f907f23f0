/* Each allocation of a judgement fails once: NT_ENOMEM comes back with an empty verdict, and nothing leaks. */
#include "tests/unit/conformance/forge_server.h"

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "tests/unit/fail_alloc.h"

TEST(each_allocation_fails_once)
{
    struct forge *f = malloc(sizeof *f);
    assert_non_null(f);
    forge_init(f, "RFC8445-7.1.1-priority"); /* so that violations are listed */
    tell_call(f);
    f->reset_at = 1;
    for (int i = 0; i < 70; i++) { /* more than a ring has room for at first */
        text(f, "\x80 data");
        relay_down(f, 0);
    }
    for (long n = 0;; n++) {
        struct nt_conf_verdict v;
        assert_true(n < 10000);
        alloc_fail(n);
        int err = forge_judge(f, &v);
        bool failed = alloc_failed();
        assert_int_equal(err, failed ? NT_ENOMEM : NT_OK);
        assert_true(failed ? v.violations.count == 0 && v.violations.of == NULL : v.violations.count > 0);
        assert_true(!failed || (v.exercised == 0 && v.advice.count == 0 && v.not_judged_count == 0 && v.cut == 0));
        nt_conf_verdict_free(&v);
        if (!failed)
            break;
    }
    nt_capture_free(&f->c);
    free(f);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_fails_once)};
    return RUN_TESTS(tests);
}
