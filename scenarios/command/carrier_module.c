#define _GNU_SOURCE
#include "scenarios/command/carrier_module.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODULE "natsim-ns3.so"
#define PATH_BYTES 4096
#define WHY_BYTES (PATH_BYTES + 1000)
#define MEND "'bash natsim/ns3/setup.sh' installs Debian's libns3-dev and builds it"

/* Beside the program in the build tree, or where an installation puts modules. */
static bool find_module(char *path, size_t cap)
{
    static const char *const beside[] = {"/" MODULE, "/../" NATSIM_MODULES "/" MODULE};
    char exe[PATH_BYTES / 2];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(exe, '/');
    *(slash != NULL ? slash : exe) = '\0';
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        snprintf(path, cap, "%s%s", exe, beside[i]);
        if (access(path, F_OK) == 0)
            return true;
    }
    return false;
}

/* dlopen of a truncated file kills the process, so the length is checked first: an ELF file ends with its section table. A file
 * that is not ELF passes, because dlopen refuses it. */
static bool is_whole_file(int fd)
{
    ElfW(Ehdr) h;
    struct stat st;
    if (fstat(fd, &st) < 0 || S_ISFIFO(st.st_mode))
        return false;
    if (read(fd, &h, sizeof h) != (ssize_t)sizeof h || memcmp(h.e_ident, ELFMAG, SELFMAG) != 0)
        return true;
    return h.e_shoff <= (uint64_t)st.st_size && (uint64_t)h.e_shnum * h.e_shentsize <= (uint64_t)st.st_size - h.e_shoff;
}

static bool check_file(const char *path, char *why, size_t cap)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool good = fd >= 0 && is_whole_file(fd);
    if (fd < 0)
        snprintf(why, cap, "--carrier ns3: %s: %s", path, strerror(errno));
    else if (!good)
        snprintf(why, cap, "--carrier ns3: %s is not whole: remove it, and 'bash natsim/ns3/setup.sh' builds it again", path);
    if (fd >= 0)
        close(fd);
    return good;
}

/* ns-3 reads models' settings and its seed from the environment, but the same scenario must give the same bytes. */
static void clear_ns3_settings(void)
{
    unsetenv("NS_GLOBAL_VALUE");
    unsetenv("NS_ATTRIBUTE_DEFAULT");
    unsetenv("NS_LOG");
}

/* A failed dlopen says which library is missing. */
static const struct nt_carrier_module *open_module(char *why, size_t cap)
{
    char path[PATH_BYTES];
    if (!find_module(path, sizeof path)) {
        snprintf(why, cap, "--carrier ns3: " MODULE " is not here: " MEND);
        return NULL;
    }
    if (!check_file(path, why, cap))
        return NULL;
    clear_ns3_settings();
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const struct nt_carrier_module *m = library != NULL ? dlsym(library, NT_CARRIER_SYMBOL) : NULL;
    if (m == NULL)
        snprintf(why, cap, "--carrier ns3: %s: " MEND, dlerror());
    else if (m->abi != NT_CARRIER_ABI || strcmp(m->version, NATSIM_VERSION) != 0)
        snprintf(why, cap, "--carrier ns3: %s is of another build of natsim: bash natsim/ns3/setup.sh builds both again", path);
    else
        return m;
    return NULL;
}

static const struct nt_carrier_module *ns3_module(char *why, size_t cap)
{
    static const struct nt_carrier_module *module;
    if (module == NULL)
        module = open_module(why, cap);
    return module;
}

const struct nt_carrier_ops *nt_carrier_load(enum nt_carrier_name name, struct nt_diags *diags)
{
    char why[WHY_BYTES];
    if (name != NT_CARRIER_NS3)
        return &nt_carrier_builtin;
    const struct nt_carrier_module *m = ns3_module(why, sizeof why);
    if (m == NULL)
        nt_diag_add(diags, NULL, 0, 0, "%s", why);
    return m != NULL ? m->ops : NULL;
}

const char *nt_carriers_text(void)
{
    static char text[100];
    char why[WHY_BYTES];
    const struct nt_carrier_module *m = ns3_module(why, sizeof why);
    if (m == NULL)
        return "builtin";
    snprintf(text, sizeof text, "builtin, ns3 (%s)", m->library);
    return text;
}
