/* Our pcapng writer (libpcap has none), after draft-ietf-opsawg-pcapng: one interface for each tap, names, fates as packet
 * comments. Little-endian on every machine and without anything about the host: the same capture gives the same bytes. */
#ifndef NT_PCAP_WRITE_PCAPNG_H
#define NT_PCAP_WRITE_PCAPNG_H

#include "pcap/capture.h"

/* The file appears whole, by rename. 0 or NT_EIO (errno), NT_ENOMEM. */
int nt_capture_write_pcapng(const struct nt_capture *c, const char *path, const char *comment);

#endif
