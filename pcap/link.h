/* Inside of the room: what stands before the IP header on links of other kinds, and the reader of pcapng. */
#ifndef NT_PCAP_LINK_H
#define NT_PCAP_LINK_H

#include "pcap/capture.h"

/* Appends the IP packet of a frame (none: a frame without bytes). 0, NT_ENOMEM, or NT_ELIMIT when the capture is full. */
int nt_capture_append_link(struct nt_capture *c, uint32_t tap, nt_time at, uint32_t link, const uint8_t *bytes, size_t len,
                           uint32_t orig_len);
int nt_capture_parse_pcapng(struct nt_capture *c, const uint8_t *bytes, size_t len, char *what, size_t cap);

#endif
