/* Our pcapng writer (libpcap has none), after draft-ietf-opsawg-pcapng: one interface for each tap, names, fates as packet
 * comments. Little-endian on every machine and without anything about the host: the same capture gives the same bytes. */
#ifndef NT_PCAP_WRITE_PCAPNG_H
#define NT_PCAP_WRITE_PCAPNG_H

#include "pcap/capture.h"

#include <stdio.h>

struct nt_pcapng_buffer {
    uint8_t *p;
    size_t len, cap;
    bool too_long;
};

struct nt_pcapng_writer {
    FILE *out;
    struct nt_pcapng_buffer block;
};

/* Writes what stands before the packets: `comment` (or NULL), taps and names. 0 or NT_EIO (errno), NT_ENOMEM; nt_pcapng_free in
 * both cases. */
int nt_pcapng_begin(struct nt_pcapng_writer *w, const struct nt_capture *c, const char *comment, FILE *out);
int nt_pcapng_frame(struct nt_pcapng_writer *w, const struct nt_capture *c, const struct nt_capture_frame *f);
void nt_pcapng_free(struct nt_pcapng_writer *w); /* the stream stays open */

/* Writes the packets that the capture has kept. The file appears whole, by rename. 0 or NT_EIO (errno), NT_ENOMEM. */
int nt_capture_write_pcapng(const struct nt_capture *c, const char *path, const char *comment);

#endif
