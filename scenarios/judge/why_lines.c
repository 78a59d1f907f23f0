#include "scenarios/judge/why_lines.h"

#include <stdio.h>
#include <string.h>

#define IGNORED " is ignored: "

/* The beginning of the note behind, in a text in which "; " may stand within a note, too. */
static const char *next_note(const char *notes)
{
    const char *next = strstr(notes, "; line ");
    return next != NULL ? next + 2 : NULL;
}

/* False: it tells of no line that was passed over. */
static bool write_line(const char *note, const char *end, char text[NT_WHY_LINE_BYTES])
{
    const char *ignored = strstr(note, IGNORED);
    if (strncmp(note, "line ", 5) != 0 || ignored == NULL || (end != NULL && ignored >= end))
        return false;
    const char *what = ignored + sizeof IGNORED - 1;
    int len = end != NULL ? (int)(end - 2 - what) : (int)strlen(what);
    snprintf(text, NT_WHY_LINE_BYTES, "%.*s: %.*s", (int)(ignored - note), note, len, what);
    return true;
}

static const char *notes_of(const struct nt_world *w, uint32_t number, uint32_t agent)
{
    const struct nt_capture *c = nt_world_observer(w)->capture;
    const struct nt_capture_frame *f = nt_capture_frame_at(c, number);
    if (f == NULL || f->notes == 0)
        return NULL;
    struct nt_scn_node n = nt_observer_node_at(nt_world_observer(w), nt_fabric_tap_node(nt_world_fabric(w), f->tap));
    return n.kind == NT_SCN_NODE_AGENT && n.index == agent ? c->texts + f->notes : NULL;
}

bool nt_why_lines_next(struct nt_why_lines *lines, const struct nt_world *w, uint32_t agent, char text[NT_WHY_LINE_BYTES])
{
    size_t total = nt_world_observer(w)->capture->total;
    for (;;) {
        while (lines->rest == NULL && lines->packet < total)
            lines->rest = notes_of(w, ++lines->packet, agent);
        if (lines->rest == NULL)
            return false;
        const char *note = lines->rest;
        lines->rest = next_note(note);
        if (write_line(note, lines->rest, text))
            return true;
    }
}
