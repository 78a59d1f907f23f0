/* Loading with each allocation failing once: an error or a whole file, never a crash or a leak. */
#include "scenarios/language/load.h"
#include "tests/unit/fail_alloc.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/help.h"

static const char text[] =
    "natsim: 1\nclaim: c\nmatrix: {nat: [none, symmetric], n: [1, {two: 2}]}\n"
    "networks: {a: {ipv4: 10.0.0.0/24, delay: \"${n}ms\"}, b: {ipv4: 10.1.0.0/24, medium: wifi}}\n"
    "gateways: {g: {inside: a, outside: b, nat: \"${nat}\"}}\n"
    "servers: {t: {on: b, address: 10.1.0.9, kind: turn, users: {u: p}}}\n"
    "agents: {L: {on: a, turn: [{server: t, user: u, password: p}]}, R: {on: {on: b, walk: [{at: 0s, position: [0, 0]}, {at: 1s, position: [1, 0]}]}}}\n"
    "steps: [{at: 0s, call: {from: L, to: R}}, {at: 1s, drop: {where: L, filter: udp, nth: [1]}}]\n"
    "expect: {path: direct, packets: [{at: L, filter: udp, count: 1}], L: {selected: {local: host}, pairs: [{valid: true}]}}\n"
    "expect-where: [{when: {nat: none}, never: [L.failed]}]\n";

static bool load_failing(long at)
{
    struct nt_diags diags = {0};
    alloc_fail(at);
    struct nt_scn_file *f = nt_scn_load_text(text, strlen(text), "t", "t.yaml", &diags);
    bool reached = alloc_failed();
    if (f != NULL)
        assert_int_equal(nt_scn_file_cases(f), 4);
    else
        assert_true(diags.count + diags.dropped > 0);
    nt_scn_file_del(f);
    nt_diags_clear(&diags);
    return reached;
}

static bool make_failing(const struct nt_scn_file *f, long at)
{
    struct nt_diags diags = {0};
    alloc_fail(at);
    struct nt_scn_case *c = nt_scn_file_case(f, 3, &diags);
    bool reached = alloc_failed();
    assert_true(c != NULL || diags.count + diags.dropped > 0);
    nt_scn_case_del(c);
    nt_diags_clear(&diags);
    return reached;
}

TEST(test_load)
{
    long n = 0;
    while (load_failing(n))
        n++;
    assert_true(n > 20);
}

TEST(test_case)
{
    struct nt_diags diags = {0};
    struct nt_scn_file *f = nt_scn_load_text(text, strlen(text), "t", "t.yaml", &diags);
    assert_non_null(f);
    long n = 0;
    while (make_failing(f, n))
        n++;
    assert_true(n > 2);
    nt_scn_file_del(f);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_load), cmocka_unit_test(test_case)};
    return RUN_TESTS(tests);
}
