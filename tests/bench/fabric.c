/* Nanoseconds for each hop of the fabric. Built by hand, from the project's root, after the project:
 *   cc -std=c11 -D_POSIX_C_SOURCE=200809L -O3 -DNDEBUG -I. -o fabric_bench tests/bench/fabric.c
 * build/libnt_{host,fabric,packet,base}.a
 *   ./fabric_bench [IN-FLIGHT] [SECONDS OF VIRTUAL TIME] */
#include "tests/unit/host/bouncer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    struct nt_fabric *f = nt_fabric_new(&(struct nt_fabric_config){.seed = 1});
    struct timespec from, to;
    if (f == NULL || !bouncer_build(f, (struct nt_network_config){.delay = NT_MSEC}, ULONG_MAX))
        return 1;
    bouncers[0].waiting = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    nt_host_kick(bouncers[0].host, 0);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    enum nt_fabric_end end = nt_fabric_run(f, (argc > 2 ? strtol(argv[2], NULL, 10) : 20) * NT_SEC);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    unsigned long hops = 2 * (bouncers[0].sent + bouncers[1].sent);
    double ns = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
    printf("end %d, %lu hops, %.1f ns/hop\n", (int)end, hops, ns / (double)hops);
    nt_fabric_del(f);
    return 0;
}
