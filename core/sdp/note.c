#include "core/sdp/note.h"

const char nt_sdp_note_refused[] = "the port 0 refuses this stream: its candidates are ignored";

void nt_sdp_notes_clear(struct nt_sdp_notes *n)
{
    n->count = 0;
    for (size_t i = 0; i < NT_SDP_NOTE_KINDS; i++)
        n->of_kind[i] = 0;
}

void nt_sdp_notes_add(struct nt_sdp_notes *n, struct nt_sdp_note note)
{
    if (n->count < NT_SDP_NOTES_MAX)
        n->notes[n->count] = note;
    n->count++;
    n->of_kind[note.kind]++;
}

size_t nt_sdp_notes_kept(const struct nt_sdp_notes *n)
{
    return n->count < NT_SDP_NOTES_MAX ? n->count : NT_SDP_NOTES_MAX;
}
