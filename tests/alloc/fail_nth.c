/* Preloaded into the program under test: counts the allocations that it makes itself (those within libraries are the libraries'
 * own), over all its processes, and makes one of them fail.
 *
 *   FAIL_AT=N     the N-th fails, counted from 1; 0 or nothing: none
 *   FAIL_LOG=FILE gets, when one failed, the place in the program ("0x1234"); for each signal that ends a process the places in the
 *                 program that led to it, innermost first ("signal 11 0x5678 0x7654"); at the end of the first process the count
 *                 ("all 611")
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { FRAMES = 64, STACK = 64 * 1024 };

static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
static atomic_ulong *count; /* shared by all processes */
static unsigned long fail_at;
static uintptr_t base, low, high; /* the program's own code */
static const char *log_path;
static pid_t first;

static int find_program(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size, (void)user;
    base = info->dlpi_addr;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X) != 0) {
            low = base + info->dlpi_phdr[i].p_vaddr;
            high = low + info->dlpi_phdr[i].p_memsz;
        }
    return 1; /* the first is the program */
}

static int is_own(uintptr_t at)
{
    return at >= low && at < high;
}

__attribute__((format(printf, 1, 2))) static void write_log(const char *what, ...)
{
    char text[64];
    va_list args;
    va_start(args, what);
    int n = vsnprintf(text, sizeof text, what, args);
    va_end(args);
    int f = log_path != NULL ? open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (f < 0)
        return;
    if (write(f, text, (size_t)n) != n)
        abort();
    close(f);
}

static uintptr_t place_of(const ucontext_t *context)
{
#ifdef __aarch64__
    return (uintptr_t)context->uc_mcontext.pc;
#else
    return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#endif
}

/* The places in the program's own code, innermost first. A call may be the last instruction of its function, and the address of its
 * return that of the next one: one less is within it. */
static void on_crash(int number, siginfo_t *info, void *context)
{
    (void)info;
    uintptr_t at = place_of(context);
    void *frames[FRAMES];
    int n = backtrace(frames, FRAMES);
    write_log("signal %d", number);
    for (int i = 0; i < n; i++)
        if (is_own((uintptr_t)frames[i]))
            write_log(" 0x%lx", (unsigned long)((uintptr_t)frames[i] - base - ((uintptr_t)frames[i] != at)));
    write_log("\n");
    raise(number); /* SA_RESETHAND: now it ends the process */
}

static void watch_for_crashes(void)
{
    void *frame;
    backtrace(&frame, 1); /* it loads what it needs the first time */
    stack_t stack = {.ss_sp = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), .ss_size = STACK};
    if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL) != 0)
        abort();
    struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = (int)(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND)};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        sigaction(crashes[i], &action, NULL);
}

/* cmocka would take these signals for itself, and call the test a failed one. */
sighandler_t signal(int number, sighandler_t handler)
{
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        if (crashes[i] == number)
            return SIG_DFL;
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, before;
    return sigaction(number, &action, &before) == 0 ? before.sa_handler : SIG_ERR;
}

__attribute__((constructor)) static void start(void)
{
    const char *at = getenv("FAIL_AT");
    log_path = getenv("FAIL_LOG");
    fail_at = at != NULL ? strtoul(at, NULL, 10) : 0;
    first = getpid();
    dl_iterate_phdr(find_program, NULL);
    watch_for_crashes();
    void *shared = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    count = shared != MAP_FAILED ? shared : NULL;
    unsetenv("LD_PRELOAD"); /* programs that it starts are not under test */
}

__attribute__((destructor)) static void finish(void)
{
    if (count != NULL && getpid() == first)
        write_log("all %lu\n", atomic_load(count));
}

static int fails(const void *caller)
{
    uintptr_t at = (uintptr_t)caller;
    if (count == NULL || !is_own(at) || atomic_fetch_add(count, 1) + 1 != fail_at)
        return 0;
    write_log("0x%lx\n", (unsigned long)(at - base));
    errno = ENOMEM;
    return 1;
}

#define OWN __builtin_return_address(0)

/* glibc's own, under the names that it keeps for this. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
    return fails(OWN) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fails(OWN) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
    return fails(OWN) ? NULL : __libc_realloc(p, size);
}

char *strndup(const char *s, size_t n)
{
    size_t len = strnlen(s, n);
    char *copy = fails(OWN) ? NULL : __libc_malloc(len + 1);
    if (copy != NULL) {
        memcpy(copy, s, len);
        copy[len] = '\0';
    }
    return copy;
}

char *strdup(const char *s)
{
    size_t len = strlen(s);
    char *copy = fails(OWN) ? NULL : __libc_malloc(len + 1);
    if (copy != NULL)
        memcpy(copy, s, len + 1);
    return copy;
}
