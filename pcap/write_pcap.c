#define _DEFAULT_SOURCE 1 /* libpcap's header names u_char and u_int */

#include "pcap/write_pcap.h"

#include "core/base/err.h"
#include "pcap/file.h"

#include <pcap/pcap.h>

int nt_pcap_begin(struct nt_pcap_writer *w, FILE *out)
{
    *w = (struct nt_pcap_writer){.handle = pcap_open_dead_with_tstamp_precision(DLT_RAW, 262144, PCAP_TSTAMP_PRECISION_NANO)};
    if (w->handle == NULL)
        return NT_ENOMEM;
    /* The dumper writes the header and then shares our stream: it is flushed, never closed by it. */
    w->dumper = pcap_dump_fopen(w->handle, out);
    return w->dumper != NULL ? NT_OK : NT_EIO;
}

void nt_pcap_frame(struct nt_pcap_writer *w, const struct nt_capture *c, const struct nt_capture_frame *f)
{
    int64_t since = f->at + NT_CAPTURE_EPOCH * NT_SEC;
    struct pcap_pkthdr h = {.caplen = f->len, .len = f->orig_len};
    h.ts.tv_sec = (time_t)(since < 0 ? 0 : since / NT_SEC);
    h.ts.tv_usec = (suseconds_t)(since < 0 ? 0 : since % NT_SEC); /* nanoseconds, by the precision of the handle */
    pcap_dump((unsigned char *)w->dumper, &h, nt_capture_bytes(c, f));
}

void nt_pcap_free(struct nt_pcap_writer *w)
{
    if (w->handle != NULL)
        pcap_close(w->handle);
    w->handle = NULL;
}

static int write_all(const struct nt_capture *c, FILE *out)
{
    struct nt_pcap_writer w;
    int err = nt_pcap_begin(&w, out);
    for (size_t i = 0; i < c->frame_count && err == NT_OK; i++)
        nt_pcap_frame(&w, c, &c->frames[i]);
    nt_pcap_free(&w);
    return err;
}

int nt_capture_write_pcap(const struct nt_capture *c, const char *path)
{
    struct nt_file file;
    int err = nt_file_begin(&file, path);
    return err == NT_OK ? nt_file_end(&file, write_all(c, file.out)) : err;
}
