/* Preloaded into the program under test: counts the calls of all its processes that change files, down to those that libc makes
 * itself (seccomp traps them), and makes one of them go wrong.
 *
 *   FAULT=full     the disk is full from the N-th call on: what needs room fails with ENOSPC
 *   FAULT=once     the N-th call alone fails, with EIO
 *   FAULT=kill     before the N-th call the first process, which is the run, gets SIGKILL
 *   FAULT=tear     the same, when half of what the N-th call writes is written
 *   FAULT=die      before the N-th call the process that makes it, the run or a worker, gets SIGKILL
 *   FAULT=pipe     counts writes to standard output instead: before the N-th it becomes a pipe that nobody reads
 *   FAULT_AT=N     counted from 1; 0 or nothing: none
 *   FAULT_LOG=FILE gets a line for each call that was counted: "pwrite64 /out/cases.jsonl"
 *
 * Programs that it starts would not survive: for cases in virtual time.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum what { OPEN, WRITE, MAKE, REMOVE, RENAME, CUT }; /* of the first two only some change files */

static const struct watched {
    int number;
    enum what what;
    int path; /* which argument is the path; -1: the first is a descriptor */
    const char *name;
} watched[] = {
    {SYS_openat, OPEN, 1, "open"},       {SYS_write, WRITE, -1, "write"},      {SYS_pwrite64, WRITE, -1, "pwrite"},
    {SYS_writev, WRITE, -1, "writev"},   {SYS_mkdirat, MAKE, 1, "mkdir"},      {SYS_unlinkat, REMOVE, 1, "unlink"},
    {SYS_renameat, RENAME, 3, "rename"}, {SYS_renameat2, RENAME, 3, "rename"}, {SYS_ftruncate, CUT, -1, "ftruncate"},
    {SYS_fsync, CUT, -1, "fsync"},       {SYS_linkat, RENAME, 3, "link"},
#ifdef SYS_open
    {SYS_open, OPEN, 0, "open"},         {SYS_mkdir, MAKE, 0, "mkdir"},        {SYS_unlink, REMOVE, 0, "unlink"},
    {SYS_rename, RENAME, 1, "rename"},   {SYS_link, RENAME, 1, "link"},
#endif
};

static atomic_ulong *count; /* shared by all processes */
static unsigned long fault_at;
static const char *fault;
static int log_fd = -1;
static pid_t first;

/* The one place from which the calls are not trapped: `passed` is behind its instruction. */
#ifdef __aarch64__
#define ARCH AUDIT_ARCH_AARCH64
__asm__(".text\n.globl pass\n.hidden pass\n.hidden passed\npass:\n"
        "mov x8, x0\nmov x0, x1\nmov x1, x2\nmov x2, x3\nmov x3, x4\nmov x4, x5\nmov x5, x6\nsvc #0\n"
        ".globl passed\npassed:\nret\n");
#else
#define ARCH AUDIT_ARCH_X86_64
__asm__(".text\n.globl pass\n.hidden pass\n.hidden passed\npass:\n"
        "mov %rdi, %rax\nmov %rsi, %rdi\nmov %rdx, %rsi\nmov %rcx, %rdx\nmov %r8, %r10\nmov %r9, %r8\nmov 8(%rsp), %r9\nsyscall\n"
        ".globl passed\npassed:\nret\n");
#endif
extern long pass(long number, long a, long b, long c, long d, long e, long f);
extern const char passed[];

struct call {
    const struct watched *is;
    long number, args[6];
};

static void take_call(struct call *c, const ucontext_t *context)
{
#ifdef __aarch64__
    const unsigned long long *r = context->uc_mcontext.regs;
    *c = (struct call){.number = (long)r[8], .args = {(long)r[0], (long)r[1], (long)r[2], (long)r[3], (long)r[4], (long)r[5]}};
#else
    const greg_t *r = context->uc_mcontext.gregs;
    *c = (struct call){.number = r[REG_RAX], .args = {r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8], r[REG_R9]}};
#endif
    for (size_t i = 0; i < COUNT(watched); i++)
        if (watched[i].number == c->number)
            c->is = &watched[i];
}

static void give_result(ucontext_t *context, long r)
{
#ifdef __aarch64__
    context->uc_mcontext.regs[0] = (unsigned long long)r;
#else
    context->uc_mcontext.gregs[REG_RAX] = r;
#endif
}

static long make_call(const struct call *c)
{
    return pass(c->number, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5]);
}

static bool is_counted(const struct call *c)
{
    struct stat st;
    int saved = errno;
    bool is_file = c->is->path < 0 && fstat((int)c->args[0], &st) == 0 && S_ISREG(st.st_mode);
    errno = saved;
    if (strcmp(fault, "pipe") == 0)
        return c->is->what == WRITE && c->args[0] == STDOUT_FILENO;
    if (c->is->what == OPEN)
        return (c->args[c->is->path + 1] & O_CREAT) != 0;
    return c->is->path >= 0 || is_file;
}

static void write_log(const struct call *c)
{
    char line[2 * PATH_MAX], path[PATH_MAX] = "", of[40];
    if (c->is->path >= 0) {
        snprintf(path, sizeof path, "%s", (const char *)c->args[c->is->path]);
    } else {
        snprintf(of, sizeof of, "/proc/self/fd/%ld", c->args[0]);
        ssize_t n = readlink(of, path, sizeof path - 1);
        path[n > 0 ? n : 0] = '\0';
    }
    int n = snprintf(line, sizeof line, "%s %s\n", c->is->name, path);
    pass(SYS_write, log_fd, (long)line, n, 0, 0, 0);
}

static void end_process(pid_t pid)
{
    kill(pid, SIGKILL);
    for (;;)
        pause(); /* a worker ends with the first process */
}

static bool needs_room(const struct call *c)
{
    return c->is->what == OPEN || c->is->what == WRITE || c->is->what == MAKE;
}

static void close_reader(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0 || dup2(ends[1], STDOUT_FILENO) < 0)
        abort();
    close(ends[0]), close(ends[1]);
}

/* The N-th call. True: it is not done, and *r is its result. */
static bool goes_wrong(struct call *c, long *r)
{
    if (strcmp(fault, "tear") == 0 && c->is->what == WRITE) {
        c->args[2] /= 2; /* of writev: half of the parts */
        make_call(c);
    }
    if (strcmp(fault, "kill") == 0 || strcmp(fault, "tear") == 0)
        end_process(first);
    if (strcmp(fault, "die") == 0)
        end_process(getpid());
    if (strcmp(fault, "pipe") == 0)
        close_reader();
    *r = strcmp(fault, "full") == 0 ? -ENOSPC : -EIO;
    return strcmp(fault, "once") == 0 || (strcmp(fault, "full") == 0 && needs_room(c));
}

static void on_call(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info;
    int saved = errno, lasts = strcmp(fault, "full") == 0;
    struct call c;
    long r = -ENOSYS;
    take_call(&c, context);
    if (is_counted(&c)) {
        unsigned long n = atomic_fetch_add(count, 1) + 1;
        if (log_fd >= 0)
            write_log(&c);
        bool now = fault_at > 0 && (n == fault_at || (lasts && n > fault_at));
        if (!now || !goes_wrong(&c, &r))
            r = make_call(&c);
    } else {
        r = make_call(&c);
    }
    errno = saved;
    give_result(context, r);
}

static void trap_calls(void)
{
    enum { HEAD = 8 };
    struct sock_filter filter[HEAD + COUNT(watched) + 2];
    uintptr_t at = (uintptr_t)passed;
    unsigned n = 0;
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer));
    filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)at, 0, 2);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4);
    filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(at >> 32), COUNT(watched) + 1, 0);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < COUNT(watched); i++, n++)
        filter[n] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)watched[i].number, COUNT(watched) - (unsigned)i, 0);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    struct sock_fprog program = {.len = (unsigned short)n, .filter = filter};
    struct sigaction action = {.sa_sigaction = on_call, .sa_flags = SA_SIGINFO};
    if (sigaction(SIGSYS, &action, NULL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        perror("fault_nth: seccomp");
        _exit(125);
    }
}

__attribute__((constructor)) static void start(void)
{
    const char *at = getenv("FAULT_AT"), *path = getenv("FAULT_LOG");
    fault = getenv("FAULT");
    fault_at = at != NULL ? strtoul(at, NULL, 10) : 0;
    first = getpid();
    count = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (path != NULL) {
        int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        log_fd = fcntl(fd, F_DUPFD_CLOEXEC, 200); /* the numbers of the program's own files stay */
        close(fd);
    }
    if (fault == NULL || count == MAP_FAILED) {
        fputs("fault_nth: FAULT says what goes wrong\n", stderr);
        _exit(125);
    }
    unsetenv("LD_PRELOAD");
    trap_calls();
}
