#include "scenarios/apps/sdp_notes.h"

#include <stdio.h>

#define QUOTE_MAX 120 /* of a line */

/* The line with '?' for what is not printable, nor fit for a comment in quotes. */
static const char *quote_line(const struct nt_sdp_note *note, char buf[QUOTE_MAX + 4])
{
    size_t n = note->len < QUOTE_MAX ? note->len : QUOTE_MAX;
    for (size_t i = 0; i < n; i++)
        buf[i] = note->text[i] >= ' ' && note->text[i] <= '~' && note->text[i] != '"' ? note->text[i] : '?';
    snprintf(buf + n, 4, "%s", n < note->len ? "..." : "");
    return buf;
}

static void tell_note(const struct nt_sdp_note *note, const char *what, const struct nt_trace *trace, nt_time now)
{
    char line[QUOTE_MAX + 4], text[320];
    snprintf(text, sizeof text, "line %zu of the %s%s: %s%s%s", note->line, what, note->used ? "" : " is ignored", note->what,
             note->len > 0 ? ": " : "", quote_line(note, line));
    nt_trace_emit(trace, (struct nt_trace_event){
                             .at = now, .kind = NT_TR_SDP_NOTE, .n = {(int64_t)note->line, note->kind, note->used}, .text = text});
}

void nt_sdp_notes_tell(const struct nt_sdp_notes *notes, const char *what, const struct nt_trace *trace, nt_time now)
{
    char text[80];
    size_t kept = nt_sdp_notes_kept(notes);
    for (size_t i = 0; i < kept; i++)
        tell_note(&notes->notes[i], what, trace, now);
    if (kept == notes->count)
        return;
    snprintf(text, sizeof text, "%zu more notes of the %s", notes->count - kept, what);
    nt_trace_emit(trace, (struct nt_trace_event){.at = now, .kind = NT_TR_SDP_NOTE, .text = text});
}
