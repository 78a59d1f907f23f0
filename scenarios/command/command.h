/* The program: reads the command line and runs the command. */
#ifndef NT_COMMAND_COMMAND_H
#define NT_COMMAND_COMMAND_H

/* Called by main; returns the exit code. */
int nt_command(int argc, char **argv);

#endif
