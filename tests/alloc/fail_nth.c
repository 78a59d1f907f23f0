/* Preloaded into the program under test: counts the allocations that it makes itself (those within libraries are the libraries'
 * own), over all its processes, and makes one of them fail.
 *
 *   FAIL_AT=N     the N-th fails, counted from 1; 0 or nothing: none
 *   FAIL_LOG=FILE gets, when one failed, the place in the program ("0x1234"), and at the end of the first process the count ("all
 * 611")
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

static void write_log(const char *what, unsigned long number)
{
    char text[64];
    int n = snprintf(text, sizeof text, what, number),
        f = log_path != NULL ? open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (f < 0)
        return;
    if (write(f, text, (size_t)n) != n)
        abort();
    close(f);
}

__attribute__((constructor)) static void start(void)
{
    const char *at = getenv("FAIL_AT");
    log_path = getenv("FAIL_LOG");
    fail_at = at != NULL ? strtoul(at, NULL, 10) : 0;
    first = getpid();
    dl_iterate_phdr(find_program, NULL);
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
    if (count == NULL || at < low || at >= high || atomic_fetch_add(count, 1) + 1 != fail_at)
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
