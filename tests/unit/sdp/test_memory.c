/* Each allocation of reading a description fails once: NT_ENOMEM, nothing changed, nothing leaked. */
#include "core/base/err.h"
#include "core/sdp/sdp.h"
#include "tests/unit/fail_alloc.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/help.h"

TEST(reading)
{
    char text[4096];
    int n = sprintf(
        text,
        "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\na=ice-ufrag:8hhY\na=ice-pwd:asd88fgpdd777uzjYhagZg\n");
    for (int stream = 0; stream < 2; stream++) {
        n += sprintf(text + n, "m=audio 5000 RTP/AVP 0\n");
        for (int i = 0; i < 10; i++)
            n += sprintf(text + n, "a=candidate:1 1 UDP 1 192.0.2.1 %d typ host\n", 5000 + i);
    }
    int failures = 0, r;
    do {
        struct nt_ice_description d, before;
        struct nt_sdp_notes notes;
        memset(&d, 0x5a, sizeof d);
        before = d;
        alloc_fail(failures);
        r = nt_sdp_read(&d, text, (size_t)n, &notes);
        alloc_fail(ALLOC_NONE);
        if (r == NT_OK) {
            nt_ice_description_free(&d);
        } else {
            assert_int_equal(r, NT_ENOMEM);
            assert_memory_equal(&d, &before, sizeof d);
        }
        failures++;
    } while (r != NT_OK);
    assert_int_equal(failures, 1 + 5); /* streams and two growths of each; the last time none fails */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reading)};
    return RUN_TESTS(tests);
}
