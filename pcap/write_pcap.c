#define _DEFAULT_SOURCE 1 /* libpcap's header names u_char and u_int */

#include "pcap/write_pcap.h"

#include "core/base/err.h"
#include "pcap/file.h"

#include <pcap/pcap.h>

static void dump_all(const struct nt_capture *c, pcap_dumper_t *d)
{
    for (size_t i = 0; i < c->frame_count; i++) {
        const struct nt_capture_frame *f = &c->frames[i];
        int64_t since = f->at + NT_CAPTURE_EPOCH * NT_SEC;
        struct pcap_pkthdr h = {.caplen = f->len, .len = f->orig_len};
        h.ts.tv_sec = (time_t)(since < 0 ? 0 : since / NT_SEC);
        h.ts.tv_usec = (suseconds_t)(since < 0 ? 0 : since % NT_SEC); /* nanoseconds, by the precision of the handle */
        pcap_dump((unsigned char *)d, &h, nt_capture_bytes(c, f));
    }
}

int nt_capture_write_pcap(const struct nt_capture *c, const char *path)
{
    struct nt_file file;
    pcap_t *p = pcap_open_dead_with_tstamp_precision(DLT_RAW, 262144, PCAP_TSTAMP_PRECISION_NANO);
    if (p == NULL)
        return NT_ENOMEM;
    int err = nt_file_begin(&file, path);
    if (err == NT_OK) {
        /* The dumper writes the header and then shares our stream: it is flushed, never closed by it. */
        pcap_dumper_t *d = pcap_dump_fopen(p, file.out);
        if (d != NULL)
            dump_all(c, d);
        err = nt_file_end(&file, d != NULL ? NT_OK : NT_EIO);
    }
    pcap_close(p);
    return err;
}
