/* SHB, one IDB for each tap, NRBs, then EPBs in order. */
#include "pcap/write_pcapng.h"

#include "core/base/err.h"
#include "pcap/comment.h"
#include "pcap/file.h"
#include "pcap/format.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 4096 /* of one option */

#define BLOCK_ROOM 16384 /* beside a packet's bytes */

static void put_bytes(struct nt_pcapng_buffer *b, const void *bytes, size_t n)
{
    size_t padded = (n + 3) & ~(size_t)3;
    if (b->too_long || padded > b->cap - b->len) {
        b->too_long = true;
        return;
    }
    if (n != 0)
        memcpy(b->p + b->len, bytes, n);
    memset(b->p + b->len + n, 0, padded - n);
    b->len += padded;
}

static void put32(struct nt_pcapng_buffer *b, uint32_t v)
{
    const uint8_t x[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
    put_bytes(b, x, sizeof x);
}

static void put16x2(struct nt_pcapng_buffer *b, uint32_t first, uint32_t second)
{
    put32(b, (first & 0xffff) | second << 16);
}

static void put_option(struct nt_pcapng_buffer *b, uint16_t code, const void *value, size_t len)
{
    put16x2(b, code, (uint32_t)len);
    put_bytes(b, value, len);
}

static void put_text(struct nt_pcapng_buffer *b, uint16_t code, const char *text)
{
    size_t len = strlen(text);
    if (len != 0)
        put_option(b, code, text, len < TEXT_MAX ? len : TEXT_MAX);
}

static void begin_block(struct nt_pcapng_buffer *b, uint32_t type)
{
    b->len = 0;
    b->too_long = false;
    put32(b, type);
    put32(b, 0); /* total length: at the end */
}

static int end_block(struct nt_pcapng_buffer *b, FILE *out)
{
    put32(b, (uint32_t)b->len + 4);
    if (b->too_long)
        return NT_ELIMIT;
    memcpy(b->p + 4, b->p + b->len - 4, 4);
    return fwrite(b->p, 1, b->len, out) == b->len ? NT_OK : NT_EIO;
}

static int write_section(struct nt_pcapng_buffer *b, const char *comment, FILE *out)
{
    begin_block(b, NT_PCAPNG_SHB);
    put32(b, NT_PCAPNG_MAGIC);
    put16x2(b, 1, 0);
    put32(b, UINT32_MAX); /* section length: not said */
    put32(b, UINT32_MAX);
    if (comment != NULL)
        put_text(b, NT_OPT_COMMENT, comment);
    put_text(b, NT_OPT_SHB_USERAPPL, "natsim " NATSIM_VERSION);
    put_option(b, NT_OPT_END, NULL, 0);
    return end_block(b, out);
}

static int write_interface(struct nt_pcapng_buffer *b, const struct nt_capture_tap *t, FILE *out)
{
    const uint8_t nanoseconds = 9;
    begin_block(b, NT_PCAPNG_IDB);
    put16x2(b, NT_DLT_RAW, 0); /* libpcap 1.10.3 takes the second interface of NT_LINKTYPE_RAW for one of another type */
    put32(b, 0);               /* no snap length */
    put_text(b, NT_OPT_IF_NAME, t->name);
    if (t->description != NULL)
        put_text(b, NT_OPT_IF_DESCRIPTION, t->description);
    put_option(b, NT_OPT_IF_TSRESOL, &nanoseconds, 1);
    put_option(b, NT_OPT_END, NULL, 0);
    return end_block(b, out);
}

static void put_name(struct nt_pcapng_buffer *b, const struct nt_capture_name *n)
{
    uint8_t record[16 + 256];
    size_t ip = nt_addr_ip_len(&n->addr), text = strlen(n->name);
    text = text < 255 ? text : 255;
    memcpy(record, n->addr.ip, ip);
    memcpy(record + ip, n->name, text);
    record[ip + text] = '\0';
    put16x2(b, n->addr.family == NT_AF_IPV6 ? NT_NRB_IPV6 : NT_NRB_IPV4, (uint32_t)(ip + text + 1));
    put_bytes(b, record, ip + text + 1);
}

/* As many blocks as the names need. */
static int write_names(struct nt_pcapng_buffer *b, const struct nt_capture *c, FILE *out)
{
    int err = NT_OK;
    for (size_t i = 0; i < c->name_count && err == NT_OK;) {
        begin_block(b, NT_PCAPNG_NRB);
        for (; i < c->name_count && b->cap - b->len > 512; i++)
            put_name(b, &c->names[i]);
        put16x2(b, NT_NRB_END, 0);
        put_option(b, NT_OPT_END, NULL, 0);
        err = end_block(b, out);
    }
    return err;
}

static int write_packet(struct nt_pcapng_buffer *b, const struct nt_capture *c, const struct nt_capture_frame *f, FILE *out)
{
    char text[NT_CAPTURE_COMMENT];
    int64_t since = f->at + NT_CAPTURE_EPOCH * NT_SEC;
    uint64_t stamp = since < 0 ? 0 : (uint64_t)since;
    const uint8_t flags[4] = {f->direction & 3};
    begin_block(b, NT_PCAPNG_EPB);
    put32(b, f->tap);
    put32(b, (uint32_t)(stamp >> 32));
    put32(b, (uint32_t)stamp);
    put32(b, f->len);
    put32(b, f->orig_len);
    put_bytes(b, nt_capture_bytes(c, f), f->len);
    for (int i = 0; i < NT_CAPTURE_COMMENTS; i++)
        put_text(b, NT_OPT_COMMENT, nt_capture_comment(c, f, i, text, sizeof text));
    if (flags[0] != 0)
        put_option(b, NT_OPT_EPB_FLAGS, flags, sizeof flags);
    put_option(b, NT_OPT_END, NULL, 0);
    return end_block(b, out);
}

static int begin_file(struct nt_pcapng_buffer *b, const struct nt_capture *c, const char *comment, FILE *out)
{
    int err = write_section(b, comment, out);
    for (size_t i = 0; i < c->tap_count && err == NT_OK; i++)
        err = write_interface(b, &c->taps[i], out);
    return err == NT_OK ? write_names(b, c, out) : err;
}

static int reserve_block(struct nt_pcapng_buffer *b, size_t bytes)
{
    size_t need = bytes + BLOCK_ROOM;
    if (need <= b->cap)
        return NT_OK;
    uint8_t *p = realloc(b->p, need);
    if (p == NULL)
        return NT_ENOMEM;
    b->p = p;
    b->cap = need;
    return NT_OK;
}

int nt_pcapng_begin(struct nt_pcapng_writer *w, const struct nt_capture *c, const char *comment, FILE *out)
{
    *w = (struct nt_pcapng_writer){.out = out};
    int err = reserve_block(&w->block, 0);
    return err == NT_OK ? begin_file(&w->block, c, comment, out) : err;
}

int nt_pcapng_frame(struct nt_pcapng_writer *w, const struct nt_capture *c, const struct nt_capture_frame *f)
{
    int err = reserve_block(&w->block, f->len);
    return err == NT_OK ? write_packet(&w->block, c, f, w->out) : err;
}

void nt_pcapng_free(struct nt_pcapng_writer *w)
{
    free(w->block.p);
    w->block.p = NULL;
}

static int write_all(const struct nt_capture *c, const char *comment, FILE *out)
{
    struct nt_pcapng_writer w;
    int err = nt_pcapng_begin(&w, c, comment, out);
    for (size_t i = 0; i < c->frame_count && err == NT_OK; i++)
        err = nt_pcapng_frame(&w, c, &c->frames[i]);
    nt_pcapng_free(&w);
    return err;
}

int nt_capture_write_pcapng(const struct nt_capture *c, const char *path, const char *comment)
{
    struct nt_file file;
    int err = nt_file_begin(&file, path);
    return err == NT_OK ? nt_file_end(&file, write_all(c, comment, file.out)) : err;
}
