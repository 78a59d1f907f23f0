/* Programs that a machine may lack. */
#include "tests/unit/in_directory.h"

#include "scenarios/programs/optional_program.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *absent(const char *command)
{
    const struct nt_optional_program *p = nt_optional_program_absent(command);
    return p != NULL ? p->package : "none";
}

TEST(a_command_needs_what_it_begins_with_or_asks_for)
{
    setenv("PATH", "", 1);
    assert_string_equal(absent("turnutils_uclient -u alice stun"), "coturn");
    assert_string_equal(absent("exec turnutils_peer -v"), "coturn");
    assert_string_equal(absent("turnserver"), "coturn");
    assert_string_equal(absent("command -v stun >/dev/null || exit 127; case x in esac; stun 203.0.113.3"), "stun-client");
    assert_string_equal(absent("command -v sh && command -v turnutils_uclient"), "coturn");
}

TEST(a_mistyped_name_is_none_of_them)
{
    setenv("PATH", "", 1);
    assert_string_equal(absent("turnutils_uclientt stun"), "none");
    assert_string_equal(absent("turnutils_natdiscovry -m stun"), "none");
    assert_string_equal(absent("nope"), "none");
    assert_string_equal(absent(""), "none");
}

TEST(what_is_in_the_path_is_not_absent)
{
    int fd = open("stun", O_CREAT | O_WRONLY, 0644);
    assert_true(fd >= 0);
    setenv("PATH", "/nowhere::.", 1);
    assert_string_equal(absent("stun server"), "stun-client"); /* it may not be executed */
    assert_int_equal(fchmod(fd, 0755), 0);
    assert_string_equal(absent("stun server"), "none");
    close(fd);
    unlink("stun");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_needs_what_it_begins_with_or_asks_for),
        cmocka_unit_test(a_mistyped_name_is_none_of_them),
        cmocka_unit_test(what_is_in_the_path_is_not_absent),
    };
    return RUN_TESTS_WITHIN(tests, in_directory, out_of_directory);
}
