/* Traces whose bytes are damaged at random are judged without harm: whatever a capture holds, it is read within its bounds. Under
 * the sanitizers this says more than here. */
#include "tests/unit/conformance/forge_server.h"

#include "tests/unit/help.h"

#include "core/base/rand.h"

#define TRACES 300
#define DAMAGES 40

static uint32_t below(struct nt_rand *r, uint32_t n)
{
    return (uint32_t)nt_rand_below(r, n);
}

/* A byte anywhere, or the length of the first attribute. */
static void damage(struct forge *f, struct nt_rand *r)
{
    const struct nt_capture_frame *fr = &f->c.frames[below(r, (uint32_t)f->c.frame_count)];
    uint8_t *bytes = (uint8_t *)(uintptr_t)nt_capture_bytes(&f->c, fr);
    uint32_t at = below(r, fr->len);
    bytes[at] ^= (uint8_t)(1u << below(r, 8));
    if (below(r, 8) == 0 && fr->len > 28 + NT_STUN_HEADER + 4)
        nt_store16(bytes + 28 + NT_STUN_HEADER + 2, (uint16_t)below(r, 64));
}

TEST(damaged_traces_are_judged)
{
    struct nt_rand r;
    nt_rand_init(&r, 1, "damage");
    for (int i = 0; i < TRACES; i++) {
        struct forge *f = malloc(sizeof *f);
        struct nt_conf_verdict v;
        assert_non_null(f);
        forge_init(f, "");
        tell_call(f);
        for (int k = 0; k < DAMAGES; k++)
            damage(f, &r);
        assert_int_equal(forge_judge(f, &v), NT_OK);
        nt_conf_verdict_free(&v);
        nt_capture_free(&f->c);
        free(f);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(damaged_traces_are_judged)};
    return RUN_TESTS(tests);
}
