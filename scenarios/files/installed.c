#define _GNU_SOURCE
#include "scenarios/files/installed.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Beside the program (build tree or installation), then where the build says. */
const char *nt_suites_directory(void)
{
    static char found[PATH_MAX + 64];
    static const char *const beside[] = {"/../scenarios/suites", "/../../scenarios/suites", "/../share/natsim/suites"};
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n > 0) {
        exe[n] = '\0';
        char *slash = strrchr(exe, '/');
        *(slash != NULL ? slash : exe) = '\0';
        for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
            snprintf(found, sizeof found, "%s%s", exe, beside[i]);
            if (is_directory(found))
                return found;
        }
    }
    snprintf(found, sizeof found, "%s", NATSIM_SUITES_SOURCE);
    if (is_directory(found))
        return found;
    snprintf(found, sizeof found, "%s", NATSIM_SUITES_INSTALLED);
    return is_directory(found) ? found : NULL;
}

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

void nt_adapters_to_path(void)
{
    static const char *const places[][2] = {{"/../../tests/interop/adapters", "/../../build"},
                                            {"/../adapters", "/../../../libexec/natsim"}};
    const char *suites = nt_suites_directory();
    char dir[2 * PATH_MAX], real[PATH_MAX], exe[PATH_MAX], *slash;
    for (size_t i = 0; suites != NULL && i < 2; i++) {
        snprintf(dir, sizeof dir, "%s%s", suites, places[i][0]);
        if (realpath(dir, real) == NULL || !add_to_path(real))
            continue;
        setenv("NATSIM_ADAPTERS", real, 1);
        snprintf(dir, sizeof dir, "%s%s", suites, places[i][1]);
        if (realpath("/proc/self/exe", exe) != NULL && i == 0 && (slash = strrchr(exe, '/')) != NULL) {
            *slash = '\0'; /* the adapters that were built with this program */
            setenv("NATSIM_ADAPTER_BIN", exe, 0);
        } else if (realpath(dir, real) != NULL) {
            setenv("NATSIM_ADAPTER_BIN", real, 0);
        }
        return;
    }
}
