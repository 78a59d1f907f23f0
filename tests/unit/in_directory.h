/* For tests that write files: they run in a new directory, which they leave empty. */
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
    return chdir("/") != 0 ? -1 : rmdir(test_directory);
}

#endif
