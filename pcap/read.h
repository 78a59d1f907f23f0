/* Reading captures: pcapng by our own reader (ours in full: names, comments, directions), plain pcap by libpcap; link types raw IP,
 * Ethernet, null, SLL and SLL2. Every packet of the file becomes a frame, so that numbers are Wireshark's; one that holds no IP
 * packet is a frame without bytes. */
#ifndef NT_PCAP_READ_H
#define NT_PCAP_READ_H

#include "pcap/capture.h"

/* 0; NT_EIO, NT_EFORMAT, NT_ELIMIT or NT_ENOMEM, with an English sentence in `what`. What was read before the file ends within a
 * block is there, truncated_file set. */
int nt_capture_read(struct nt_capture *c, const char *path, char *what, size_t cap);
/* The same of bytes in memory. */
int nt_capture_parse(struct nt_capture *c, const uint8_t *bytes, size_t len, char *what, size_t cap);

#endif
