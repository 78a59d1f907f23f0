/* What reading a description or a fragment found, told to the trace: one NT_TR_SDP_NOTE for each note. */
#ifndef NT_APPS_SDP_NOTES_H
#define NT_APPS_SDP_NOTES_H

#include "core/base/trace.h"
#include "core/sdp/note.h"

/* `what`: "offer". */
void nt_sdp_notes_tell(const struct nt_sdp_notes *notes, const char *what, const struct nt_trace *trace, nt_time now);

#endif
