/* Who runs in a network namespace, for tests that nothing is left in one. Included behind cmocka.h. */
#ifndef TEST_NATSIM_PROCESSES_H
#define TEST_NATSIM_PROCESSES_H

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How many processes are in a network namespace. */
static int count_in(const char *name_space)
{
    char path[300], link[64];
    struct dirent *e;
    DIR *d = opendir("/proc");
    int count = 0;
    assert_non_null(d);
    while ((e = readdir(d)) != NULL) {
        snprintf(path, sizeof path, "/proc/%s/ns/net", e->d_name);
        ssize_t n = *e->d_name >= '1' && *e->d_name <= '9' ? readlink(path, link, sizeof link - 1) : -1;
        if (n > 0 && strlen(name_space) == (size_t)n && memcmp(link, name_space, (size_t)n) == 0)
            count++;
    }
    closedir(d);
    return count;
}

#endif
