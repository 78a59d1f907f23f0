/* Inside of the room: the UDP datagram of a frame. */
#ifndef NT_CONFORMANCE_DATAGRAM_H
#define NT_CONFORMANCE_DATAGRAM_H

#include "pcap/capture.h"

/* false: it is none, or not whole */
bool nt_capture_datagram(const struct nt_capture *c, const struct nt_capture_frame *f, struct nt_addr *src, struct nt_addr *dst,
                         const uint8_t **bytes, size_t *len);
/* The MTU that an ICMP error tells ("fragmentation needed", "packet too big"); 0: it is none, or tells none. */
uint32_t nt_capture_told_mtu(const struct nt_capture *c, const struct nt_capture_frame *f);
bool nt_capture_is_tcp(const struct nt_capture *c, const struct nt_capture_frame *f);
bool nt_capture_is_fragment(const struct nt_capture *c, const struct nt_capture_frame *f);

#endif
