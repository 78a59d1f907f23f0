/* natsim: the program. */
#include "scenarios/command.h"

int main(int argc, char **argv)
{
    return nt_command(argc, argv);
}
