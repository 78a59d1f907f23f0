/* Plain pcap through libpcap: nanoseconds, raw IP. It has no place for taps and comments. */
#ifndef NT_PCAP_WRITE_PCAP_H
#define NT_PCAP_WRITE_PCAP_H

#include "pcap/capture.h"

#include <stdio.h>

struct nt_pcap_writer {
    struct pcap *handle; /* libpcap's */
    struct pcap_dumper *dumper;
};

/* 0 or NT_ENOMEM, NT_EIO; nt_pcap_free in both cases. That a write failed, the stream remembers. */
int nt_pcap_begin(struct nt_pcap_writer *w, FILE *out);
void nt_pcap_frame(struct nt_pcap_writer *w, const struct nt_capture *c, const struct nt_capture_frame *f);
void nt_pcap_free(struct nt_pcap_writer *w); /* the stream stays open */

/* Writes the packets that the capture has kept. The file appears whole, by rename. 0 or NT_EIO (errno), NT_ENOMEM. */
int nt_capture_write_pcap(const struct nt_capture *c, const char *path);

#endif
