/* The packet comments that tell a frame's fate: `verdict=drop at=NODE dir=in reason=... detail="..."`, `verdict=nat at=NODE
 * from=... to=...`, `verdict=drop at=NODE by=program ...` and `verdict=pass-over at=NODE by=program ...` (of what was handed to a
 * program), `verdict=take at=NODE by=program ...` (of what it took with a note), `expect-malformed: damaged by a step`. Here they
 * are written, and read back from a file. */
#ifndef NT_PCAP_COMMENT_H
#define NT_PCAP_COMMENT_H

#include "pcap/capture.h"

#define NT_CAPTURE_COMMENT 512 /* room for any comment that is written here, and for one of a file (else cut) */
#define NT_CAPTURE_COMMENTS 4  /* comments of one frame */

/* Comment `i` of a frame: 0 its fate (of a file: its first comment), 1 the further translation, 2 what a step did to the packet, 3
 * what was odd in it; "" for none. */
const char *nt_capture_comment(const struct nt_capture *c, const struct nt_capture_frame *f, int i, char *buf, size_t cap);
/* Takes comment `i` of a frame in a file: the first is kept as text; fate, addresses and marks are set by comments of ours. 0 or
 * NT_ENOMEM, NT_ELIMIT. */
int nt_capture_read_comment(struct nt_capture *c, struct nt_capture_frame *f, int i, const uint8_t *bytes, size_t len);

#endif
