/* Plain pcap through libpcap: nanoseconds, raw IP. It has no place for taps and comments. */
#ifndef NT_PCAP_WRITE_PCAP_H
#define NT_PCAP_WRITE_PCAP_H

#include "pcap/capture.h"

/* The file appears whole, by rename. 0 or NT_EIO (errno), NT_ENOMEM. */
int nt_capture_write_pcap(const struct nt_capture *c, const char *path);

#endif
