/* For tests that write files: they run in a new directory, which they leave empty; what a test that failed has left goes, too. */
#ifndef NT_TEST_IN_DIRECTORY_H
#define NT_TEST_IN_DIRECTORY_H

#include "tests/unit/help.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char test_directory[4096];

FIXTURE(in_directory)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(test_directory, sizeof test_directory, "%s/natsim-test-XXXXXX", tmp != NULL ? tmp : "/tmp");
    return mkdtemp(test_directory) == NULL ? -1 : chdir(test_directory);
}

FIXTURE(out_of_directory)
{
    char command[sizeof test_directory + 20];
    if (chdir("/") != 0 || rmdir(test_directory) == 0)
        return 0;
    snprintf(command, sizeof command, "rm -rf '%s'", test_directory);
    (void)!system(command);
    return -1;
}

#endif
