#define _GNU_SOURCE
#include "natsim/live/sandbox_memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* proc(5): size, resident, shared, in pages */
static uint64_t private_pages(long pid)
{
    char path[48], text[128];
    snprintf(path, sizeof path, "/proc/%ld/statm", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    unsigned long long resident, shared;
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    return sscanf(text, "%*u %llu %llu", &resident, &shared) == 2 && resident > shared ? resident - shared : 0;
}

uint64_t nt_sandbox_memory(void)
{
    uint64_t pages = 0;
    DIR *dir = opendir("/proc");
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        long pid = strtol(e->d_name, NULL, 10);
        if (pid > 1)
            pages += private_pages(pid);
    }
    if (dir != NULL)
        closedir(dir);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
