#define _GNU_SOURCE
#include "natsim/live/sandbox_rights.h"
#include "natsim/live/sandbox_calls.h"
#include "natsim/live/sandbox_config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(cap) (UINT64_C(1) << (cap))
#define KEPT (BIT(CAP_NET_RAW) | BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_DAC_READ_SEARCH))

/* A limit that is lower already stays. */
static int lower_limit(int resource, rlim_t most)
{
    struct rlimit l;
    if (getrlimit((__rlimit_resource_t)resource, &l) != 0)
        return -1;
    l.rlim_max = l.rlim_max < most ? l.rlim_max : most;
    l.rlim_cur = l.rlim_cur < l.rlim_max ? l.rlim_cur : l.rlim_max;
    return setrlimit((__rlimit_resource_t)resource, &l);
}

/* A core dump of one byte is none, neither as a file nor by a program of the host's (core(5)). */
static int lower_limits(void)
{
    if (lower_limit(RLIMIT_NPROC, NT_SANDBOX_PROCESSES) != 0 || lower_limit(RLIMIT_NOFILE, NT_SANDBOX_FILES) != 0)
        return -1;
    return lower_limit(RLIMIT_CORE, 1);
}

/* The kernel ends them first when there is no memory left. */
static void be_first_to_go(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, "1000", 4) < 0)
        errno = 0;
    close(fd);
}

/* Who may not change groups has none but the own one. */
static int become_root(void)
{
    if (setgroups(0, NULL) != 0 && errno != EPERM)
        return -1;
    return setresgid(0, 0, 0) == 0 ? setresuid(0, 0, 0) : -1;
}

static int drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {0};
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
        if ((KEPT & BIT(cap)) == 0 && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0)
            return -1;
    for (int i = 0; i < 2; i++)
        data[i].effective = data[i].permitted = (uint32_t)(KEPT >> 32 * i);
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_capset, &head, data);
}

int nt_sandbox_restrict(void)
{
    be_first_to_go();
    if (lower_limits() != 0 || become_root() != 0 || drop_capabilities() != 0)
        return -1;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? nt_sandbox_filter_calls() : -1;
}
