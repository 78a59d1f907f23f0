/* The names that a capture shows: of the taps, and of addresses. */
#ifndef NT_WORLD_CAPTURE_NAMES_H
#define NT_WORLD_CAPTURE_NAMES_H

struct nt_world;

int nt_world_name_capture(struct nt_world *w); /* after all nodes are built; 0 or NT_ENOMEM */

#endif
