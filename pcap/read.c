#define _DEFAULT_SOURCE 1 /* libpcap's header names u_char and u_int */

#include "pcap/read.h"

#include "core/base/err.h"
#include "core/base/map.h"
#include "pcap/link.h"
#include "pcap/read_pcapng.h"

#include <pcap/pcap.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (UINT64_C(1) << 32)

static int read_pcap(struct nt_capture *c, const uint8_t *bytes, size_t len, char *what, size_t cap)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    FILE *in = fmemopen((void *)(uintptr_t)bytes, len, "rb");
    if (in == NULL)
        return NT_ENOMEM;
    pcap_t *p = pcap_fopen_offline_with_tstamp_precision(in, PCAP_TSTAMP_PRECISION_NANO, why);
    if (p == NULL) {
        fclose(in);
        snprintf(what, cap, "not a capture that can be read: %s", why);
        return NT_EFORMAT;
    }
    int err = nt_capture_add_tap(c, "capture", "capture", NULL), got = 0;
    uint32_t link = (uint32_t)pcap_datalink(p);
    struct pcap_pkthdr *h;
    const unsigned char *data;
    while (err >= 0 && (got = pcap_next_ex(p, &h, &data)) == 1) {
        nt_time at = (h->ts.tv_sec - NT_CAPTURE_EPOCH) * NT_SEC + h->ts.tv_usec;
        err = nt_capture_append_link(c, 0, at, link, data, h->caplen, h->len);
    }
    c->truncated_file = got == PCAP_ERROR;
    if (c->truncated_file)
        snprintf(what, cap, "%s; %zu packets were read", pcap_geterr(p), c->frame_count);
    pcap_close(p);
    return err < 0 ? err : NT_OK;
}

int nt_capture_parse(struct nt_capture *c, const uint8_t *bytes, size_t len, char *what, size_t cap)
{
    nt_capture_clear(c);
    if (cap != 0)
        what[0] = '\0';
    if (len == 0) {
        snprintf(what, cap, "the file is empty");
        return NT_EFORMAT;
    }
    if (len >= 4 && memcmp(bytes, "\x0a\x0d\x0d\x0a", 4) == 0)
        return nt_capture_parse_pcapng(c, bytes, len, what, cap);
    return read_pcap(c, bytes, len, what, cap);
}

/* The whole file; *err says why it is NULL. */
static uint8_t *slurp(const char *path, size_t *len, int *err)
{
    uint8_t *all = NULL;
    size_t room = 0, n = 0, got = 1;
    FILE *in = fopen(path, "rb");
    if (in == NULL) {
        *err = NT_EIO;
        return NULL;
    }
    for (*err = NT_OK; *err == NT_OK && got != 0; n += got) {
        *err = nt_grow(&all, &room, n + 4096, 1, FILE_MAX);
        got = *err == NT_OK ? fread(all + n, 1, room - n, in) : 0;
    }
    if (*err == NT_OK && ferror(in))
        *err = NT_EIO;
    int saved = errno;
    fclose(in);
    errno = saved;
    *len = n;
    if (*err == NT_OK)
        return all;
    free(all);
    return NULL;
}

int nt_capture_read(struct nt_capture *c, const char *path, char *what, size_t cap)
{
    int err;
    size_t len;
    uint8_t *bytes = slurp(path, &len, &err);
    if (bytes == NULL) {
        snprintf(what, cap, "%s", err == NT_EIO ? strerror(errno) : err == NT_ELIMIT ? "the file is too large" : nt_strerror(err));
        return err;
    }
    err = nt_capture_parse(c, bytes, len, what, cap);
    free(bytes);
    return err;
}
