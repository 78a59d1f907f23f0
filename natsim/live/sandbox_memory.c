#define _GNU_SOURCE
#include "natsim/live/sandbox_memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_BYTES 2048

static void read_text(long pid, const char *name, char text[TEXT_BYTES])
{
    char path[48];
    snprintf(path, sizeof path, "/proc/%ld/%s", pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, TEXT_BYTES - 1) : 0;
    close(fd);
    text[n > 0 ? n : 0] = '\0';
}

/* The number after a name, which the kernel gives in kB. */
static uint64_t number_of(const char *text, const char *name)
{
    const char *line = strstr(text, name);
    return line != NULL ? strtoull(line + strlen(name), NULL, 10) << 10 : 0;
}

/* Quickly, and too much for processes that share pages. */
static uint64_t at_most(long pid)
{
    char text[TEXT_BYTES];
    read_text(pid, "status", text);
    return number_of(text, "RssAnon:") + number_of(text, "RssShmem:");
}

/* Pages that several processes share are divided among them. */
static uint64_t exactly(long pid)
{
    char text[TEXT_BYTES];
    read_text(pid, "smaps_rollup", text);
    return number_of(text, "Pss_Anon:") + number_of(text, "Pss_Shmem:");
}

static uint64_t add_up(uint64_t (*memory)(long pid))
{
    uint64_t sum = 0;
    DIR *dir = opendir("/proc");
    for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
        long pid = strtol(e->d_name, NULL, 10);
        sum += pid > 1 ? memory(pid) : 0;
    }
    if (dir != NULL)
        closedir(dir);
    return sum;
}

bool nt_sandbox_takes_more(uint64_t bytes)
{
    return add_up(at_most) > bytes && add_up(exactly) > bytes;
}
