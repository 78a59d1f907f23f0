#define _GNU_SOURCE
#include "natsim/live/sandbox_calls.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined __x86_64__
#define ARCH AUDIT_ARCH_X86_64
#define CALLS_END 0x40000000U /* from here the same calls with pointers of 32 bits */
#elif defined __aarch64__
#define ARCH AUDIT_ARCH_AARCH64
#define CALLS_END 0x40000000U
#endif

#ifdef ARCH

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
#define FAIL(error) RETURN(SECCOMP_RET_ERRNO | (error))
#define SKIP_UNLESS_EQUAL(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count)
#define SKIP_UNLESS_SET(bits, count) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, count)
#define REFUSE(call) SKIP_UNLESS_EQUAL(call, 1), FAIL(EPERM)
#define ALLOW(value) SKIP_UNLESS_EQUAL(value, 1), RETURN(SECCOMP_RET_ALLOW)
#define OPEN_TREE_ATTR 467 /* of Linux 6.15: headers may not have it */

/* The low half of an argument: both processors are little-endian. */
// clang-format off
static const struct sock_filter program[] = {
    LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0), FAIL(ENOSYS),
    LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, CALLS_END, 0, 1), FAIL(ENOSYS),
    /* keys of the kernel, programs in it, its counters */
    REFUSE(SYS_keyctl), REFUSE(SYS_add_key), REFUSE(SYS_request_key), REFUSE(SYS_bpf), REFUSE(SYS_perf_event_open),
    REFUSE(SYS_userfaultfd), REFUSE(SYS_io_uring_setup), REFUSE(SYS_open_by_handle_at), REFUSE(SYS_syslog), REFUSE(SYS_acct),
    REFUSE(SYS_kexec_load), REFUSE(SYS_init_module), REFUSE(SYS_finit_module), REFUSE(SYS_delete_module), REFUSE(SYS_quotactl),
    /* namespaces and mounts */
    REFUSE(SYS_unshare), REFUSE(SYS_setns), REFUSE(SYS_mount), REFUSE(SYS_umount2), REFUSE(SYS_pivot_root), REFUSE(SYS_chroot),
    REFUSE(SYS_move_mount), REFUSE(SYS_open_tree), REFUSE(OPEN_TREE_ATTR), REFUSE(SYS_fsopen), REFUSE(SYS_fspick),
    REFUSE(SYS_mount_setattr),
    SKIP_UNLESS_EQUAL(SYS_clone3, 1), FAIL(ENOSYS), /* its flags cannot be seen; libraries then use clone */
    SKIP_UNLESS_EQUAL(SYS_clone, 4), LOAD(args[0]), SKIP_UNLESS_SET(CLONE_NEWUSER, 1), FAIL(EPERM), RETURN(SECCOMP_RET_ALLOW),
    /* sockets of families that know no network namespaces (vsock reaches the hypervisor), or that nobody needs */
    SKIP_UNLESS_EQUAL(SYS_socket, 12), LOAD(args[0]), ALLOW(AF_UNIX), ALLOW(AF_INET), ALLOW(AF_INET6), ALLOW(AF_NETLINK),
    ALLOW(AF_PACKET), FAIL(EAFNOSUPPORT),
    /* characters put into the input of a terminal */
    SKIP_UNLESS_EQUAL(SYS_ioctl, 5), LOAD(args[1]), SKIP_UNLESS_EQUAL(TIOCSTI, 1), FAIL(EPERM),
    SKIP_UNLESS_EQUAL(TIOCLINUX, 1), FAIL(EPERM),
    RETURN(SECCOMP_RET_ALLOW),
};
// clang-format on

int nt_sandbox_filter_calls(void)
{
    struct sock_fprog p = {.len = sizeof program / sizeof *program, .filter = (struct sock_filter *)(uintptr_t)program};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p, 0, 0);
}

#else

int nt_sandbox_filter_calls(void)
{
    return 0;
}

#endif
