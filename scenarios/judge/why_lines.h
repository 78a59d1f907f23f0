/* Lines of a description that its reader passed over (RFC 8839, 5.1), as notes of the capture say it. */
#ifndef NT_JUDGE_WHY_LINES_H
#define NT_JUDGE_WHY_LINES_H

#include "scenarios/world/world.h"

#define NT_WHY_LINE_BYTES 400

struct nt_why_lines { /* of one agent; zero: from the beginning */
    uint32_t packet;  /* the frame of the message */
    const char *rest; /* of its notes */
};

/* The next line that the agent passed over: "line 12 of the offer: a priority is a number ...". False: there is none. */
bool nt_why_lines_next(struct nt_why_lines *lines, const struct nt_world *w, uint32_t agent, char text[NT_WHY_LINE_BYTES]);

#endif
