/* Presets are complete rows, the classic ones are what RFC 3489 calls them, and a policy that contradicts itself is refused. */
#include "tests/unit/help.h"
#include <string.h>

#include "core/base/err.h"
#include "natsim/nat/policy/presets.h"
#include "tests/unit/policy_of.h"

TEST(test_every_preset_is_a_whole_policy)
{
    size_t count;
    const struct nt_nat_preset *all = nt_nat_presets(&count);
    assert_true(count >= 25);
    for (size_t i = 0; i < count; i++) {
        struct nt_nat_policy p;
        const char *what = "";
        nt_nat_policy_init(&p);
        all[i].set(&p);
        if (nt_nat_policy_finish(&p, p.ports != 0, &what) != 0)
            fail_msg("%s: %s", all[i].name, what);
        assert_ptr_equal(nt_nat_preset_find(all[i].name), &all[i]);
        assert_true(strlen(all[i].source) > 0 && strstr(all[i].source, "://") == NULL);
        static const char *const kinds[] = {"standard", "measured", "documentation", "code", "assumed"};
        size_t k = 0;
        while (k < 5 && strcmp(kinds[k], all[i].evidence) != 0)
            k++;
        assert_true(k < 5);
    }
    assert_null(nt_nat_preset_find("fullcone"));
}

TEST(test_classic)
{
    static const struct {
        const char *name;
        enum nt_dependence mapping, filtering;
        enum nt_ports ports;
    } rows[] = {
        {"full-cone", NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ENDPOINT_INDEPENDENT, NT_PORTS_PRESERVE},
        {"restricted-cone", NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS, NT_PORTS_PRESERVE},
        {"port-restricted-cone", NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS_AND_PORT, NT_PORTS_PRESERVE},
        {"symmetric", NT_DEP_ADDRESS_AND_PORT, NT_DEP_ADDRESS_AND_PORT, NT_PORTS_SEQUENTIAL},
    };
    for (size_t i = 0; i < 4; i++) {
        struct nt_nat_policy p;
        const char *what;
        nt_nat_policy_init(&p);
        nt_nat_preset_find(rows[i].name)->set(&p);
        assert_int_equal(nt_nat_policy_finish(&p, false, &what), 0);
        assert_int_equal(p.mapping, rows[i].mapping);
        assert_int_equal(p.filtering, rows[i].filtering);
        assert_int_equal(p.ports, rows[i].ports);
        assert_int_equal(p.replies, NT_REPLIES_TABLE);
        assert_int_equal(p.life_new, 300 * NT_SEC);
        assert_int_equal(p.poison, 0);
    }
}

static int finish(struct nt_nat_policy p)
{
    struct nt_nat_policy before = p;
    const char *what = NULL;
    int err = nt_nat_policy_finish(&p, p.ports != 0, &what);
    if (err != 0) {
        assert_non_null(what);
        assert_memory_equal(&p, &before, sizeof p);
    }
    return err;
}

TEST(test_contradictions)
{
    struct nt_nat_policy good = policy_of(NT_DEP_ADDRESS, NT_DEP_ADDRESS), p;
    assert_int_equal(finish(good), 0);
    assert_int_equal(finish(policy_of(0, NT_DEP_ADDRESS)), NT_EINVAL);
    assert_int_equal(finish(policy_of(NT_DEP_ADDRESS, 0)), NT_EINVAL);
    p = good, p.ports = NT_PORTS_OVERLOAD;
    assert_int_equal(finish(p), NT_EINVAL);
    p = good, p.conflict = NT_CONFLICT_OVERLOAD; /* a port for each destination, used again for others */
    assert_int_equal(finish(p), 0);
    p = good, p.when_full = NT_FULL_STEAL, p.hold_down = NT_SEC;
    assert_int_equal(finish(p), NT_EINVAL);
    p.hold_down = 0;
    assert_int_equal(finish(p), 0);
    p.filtering = NT_DEP_ADDRESS_AND_PORT, p.filter_scope = NT_SCOPE_FLOW;
    assert_int_equal(finish(p), NT_EINVAL);
    p = good, p.answers = NT_ANSWER_LIMIT | NT_ANSWER_LIMIT_HOST;
    assert_int_equal(finish(p), NT_EINVAL);
    p.answers = NT_ANSWER_LIMIT_HOST;
    assert_int_equal(finish(p), 0);
    p = good, p.filter_scope = NT_SCOPE_FLOW;
    assert_int_equal(finish(p), NT_EINVAL);
    p.filtering = NT_DEP_ADDRESS_AND_PORT;
    assert_int_equal(finish(p), 0);
    p.filter_lifetime = NT_SEC;
    assert_int_equal(finish(p), NT_EINVAL);
    p = good, p.icmp_lifetime = 0;
    assert_int_equal(finish(p), NT_EINVAL);
    p = good, p.mapping_burst = 6;
    assert_int_equal(finish(p), NT_EINVAL);
    p = good, p.icmp_burst = 6;
    assert_int_equal(finish(p), NT_EINVAL);
    p = good, p.reuse = NT_REUSE_LATEST_BY_SOURCE;
    assert_int_equal(finish(p), NT_EINVAL);
    p = good, p.range_low = 2000, p.range_high = 1999;
    assert_int_equal(finish(p), NT_EINVAL);
    p = good, p.range_low = 2000, p.range_high = 2099, p.block = 101;
    assert_int_equal(finish(p), NT_EINVAL);
    p = good, p.block = 100, p.low_ports = NT_LOW_SAME_CLASS;
    assert_int_equal(finish(p), NT_EINVAL);
    p = good, p.addresses = 0;
    assert_int_equal(finish(p), NT_EINVAL);
    p = good, p.life_new = p.life_replied = p.life_stream = 1;
    assert_int_equal(finish(p), 0);
    p = good, p.life_stream = 0;
    assert_int_equal(finish(p), NT_EINVAL);
    p = good, p.refresh_outbound = false;
    assert_int_equal(finish(p), NT_EINVAL);
    p = policy_of(NT_DEP_ENDPOINT_INDEPENDENT, NT_DEP_ADDRESS), p.reuse = NT_REUSE_NEVER;
    assert_int_equal(finish(p), NT_EINVAL);
    p = policy_of(0, 0), p.kind = NT_GW_NONE;
    assert_int_equal(finish(p), 0);
}

TEST(test_names)
{
    assert_string_equal(nt_dependence_name(NT_DEP_ENDPOINT_INDEPENDENT), "endpoint-independent");
    assert_string_equal(nt_dependence_name(NT_DEP_ADDRESS), "address-dependent");
    assert_string_equal(nt_dependence_name(NT_DEP_ADDRESS_AND_PORT), "address-and-port-dependent");
}

static struct nt_nat_policy named(const char *name)
{
    struct nt_nat_policy p;
    nt_nat_policy_init(&p);
    assert_non_null(nt_nat_preset_find(name));
    nt_nat_preset_find(name)->set(&p);
    return p;
}

static void assert_lives(const char *name, nt_time fresh, nt_time replied, nt_time stream)
{
    struct nt_nat_policy p = named(name);
    assert_int_equal(p.life_new, fresh * NT_SEC);
    assert_int_equal(p.life_replied, replied * NT_SEC);
    assert_int_equal(p.life_stream, stream * NT_SEC);
}

/* OpenBSD's pfvar.h, PFTM_ICMP_FIRST_PACKET_VAL; Google's "64 ports per VM" by default; "350 seconds or more" of AWS. */
TEST(presets_have_the_numbers_of_their_sources)
{
    assert_int_equal(named("pf-default").icmp_lifetime, 20 * NT_SEC);
    assert_int_equal(named("pfsense-staticport").icmp_lifetime, 20 * NT_SEC);
    assert_int_equal(named("pfsense-eim").icmp_lifetime, 20 * NT_SEC);
    assert_int_equal(named("gcp-cloudnat").block, 64);
    assert_int_equal(named("gcp-cloudnat-eim").block, 64);
    assert_int_equal(named("gcp-cloudnat-eim").mapping, NT_DEP_ENDPOINT_INDEPENDENT);
    assert_lives("aws-natgw", 350, 350, 350);
    assert_lives("pf-default", 60, 60, 60);
    assert_lives("pfsense-staticport", 60, 60, 60);
    assert_lives("pfsense-eim", 60, 60, 60);
    assert_lives("nft-fullcone", 30, 30, 120);
    assert_true((named("linux-masq").answers & NT_ANSWER_ECHO_OUTSIDE) != 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(presets_have_the_numbers_of_their_sources),
                                       cmocka_unit_test(test_every_preset_is_a_whole_policy), cmocka_unit_test(test_classic),
                                       cmocka_unit_test(test_contradictions), cmocka_unit_test(test_names)};
    return RUN_TESTS(tests);
}
