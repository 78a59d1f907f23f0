/* Inside of the room: the pcapng reader: both byte orders, several sections, files of our writer and of other tools. */
#ifndef NT_PCAP_READ_PCAPNG_H
#define NT_PCAP_READ_PCAPNG_H

#include "pcap/capture.h"

/* As nt_capture_parse; the capture is empty before. */
int nt_capture_parse_pcapng(struct nt_capture *c, const uint8_t *bytes, size_t len, char *what, size_t cap);

#endif
