/* Inside of the room: the headers of the link layers, which stand before the IP header. */
#ifndef NT_PCAP_LINK_H
#define NT_PCAP_LINK_H

#include "pcap/capture.h"

/* Appends the IP packet of a frame (without bytes if it holds none). 0, NT_ENOMEM, or NT_ELIMIT when the capture is full. */
int nt_capture_append_link(struct nt_capture *c, uint32_t tap, nt_time at, uint32_t link, const uint8_t *bytes, size_t len,
                           uint32_t orig_len);

#endif
