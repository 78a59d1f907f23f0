/* natsim: the program. */
#include "scenarios/command/command.h"

int main(int argc, char **argv)
{
    return nt_command(argc, argv);
}
