/* Where the adapters that come with natsim are. */
#define _GNU_SOURCE
#include "scenarios/programs/adapter_pipe.h"
#include "scenarios/files/suites.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool add_to_path(const char *dir)
{
    const char *path = getenv("PATH");
    char *all = malloc(strlen(dir) + strlen(path != NULL ? path : "") + 2);
    if (all == NULL)
        return false;
    sprintf(all, "%s%s%s", dir, path != NULL ? ":" : "", path != NULL ? path : "");
    setenv("PATH", all, 1);
    free(all);
    return true;
}

void nt_adapters_environment(void)
{
    static const char *const places[][2] = {{"/../../tests/interop/adapters", "/../../build"}, {"/../adapters", "/../../../libexec/natsim"}};
    const char *suites = nt_suites_directory();
    char dir[PATH_MAX + 64], real[PATH_MAX], exe[PATH_MAX], *slash;
    for (size_t i = 0; suites != NULL && i < 2; i++) {
        snprintf(dir, sizeof dir, "%s%s", suites, places[i][0]);
        if (realpath(dir, real) == NULL || !add_to_path(real))
            continue;
        snprintf(dir, sizeof dir, "%s%s", suites, places[i][1]);
        if (realpath("/proc/self/exe", exe) != NULL && i == 0 && (slash = strrchr(exe, '/')) != NULL) {
            *slash = '\0'; /* what was built with this program */
            setenv("NATSIM_ADAPTER_BIN", exe, 0);
        } else if (realpath(dir, real) != NULL) {
            setenv("NATSIM_ADAPTER_BIN", real, 0);
        }
        return;
    }
}
