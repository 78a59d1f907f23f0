/* natsim's own ICE agent as an adapter of README.md. It trickles, unless started with --no-trickle. */
#include "natsim_adapter.h"

#include <string.h>

int main(int argc, char **argv)
{
    bool trickles = argc < 2 || strcmp(argv[1], "--no-trickle") != 0;
    return nt_adapter_run(&(struct nt_adapter_config){.stack = "natsim", .trickles = trickles});
}
