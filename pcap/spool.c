#include "pcap/spool.h"

#include "core/base/err.h"

#include <errno.h>

static void fail_spool(struct nt_spool *s, int err)
{
    s->err = err;
    s->saved_errno = errno;
}

static void begin_file(struct nt_spool *s, const struct nt_capture *c)
{
    int err = nt_file_begin_as(&s->file, s->path, s->suffix);
    s->begun = err == NT_OK;
    if (err == NT_OK)
        err = s->plain ? nt_pcap_begin(&s->pcap, s->file.out) : nt_pcapng_begin(&s->pcapng, c, s->comment, s->file.out);
    if (err != NT_OK)
        fail_spool(s, err);
}

static void spool_frame(void *user, const struct nt_capture *c, const struct nt_capture_frame *f, uint32_t number)
{
    struct nt_spool *s = user;
    if (number == 1)
        begin_file(s, c);
    if (s->err != NT_OK)
        return;
    s->bytes += f->len;
    if (s->plain)
        nt_pcap_frame(&s->pcap, c, f);
    int err = s->plain ? NT_OK : nt_pcapng_frame(&s->pcapng, c, f);
    if (err == NT_OK && ferror(s->file.out) != 0)
        err = NT_EIO;
    if (err != NT_OK || s->bytes > NT_SPOOL_MAX)
        fail_spool(s, err != NT_OK ? err : NT_ELIMIT);
}

static int end_file(struct nt_spool *s, int err)
{
    int r = err;
    errno = s->saved_errno;
    if (s->begun)
        r = nt_file_end(&s->file, err);
    nt_pcap_free(&s->pcap);
    nt_pcapng_free(&s->pcapng);
    s->begun = false;
    s->err = s->saved_errno = 0;
    s->bytes = 0;
    return r;
}

void nt_spool_discard(struct nt_spool *s)
{
    end_file(s, NT_ELIMIT);
}

static void clear_spool(void *user)
{
    nt_spool_discard(user);
}

void nt_spool_attach(struct nt_spool *s, struct nt_capture *c)
{
    c->overflow = (struct nt_capture_overflow){.frame = spool_frame, .clear = clear_spool, .user = s};
}

void nt_spool_aim(struct nt_spool *s, const char *path, const char *suffix, const char *comment, bool plain)
{
    *s = (struct nt_spool){.path = path, .suffix = suffix, .comment = comment, .plain = plain};
}

int nt_spool_finish(struct nt_spool *s, struct nt_capture *c)
{
    if (!c->windowed)
        return s->plain ? nt_capture_write_pcap(c, s->path) : nt_capture_write_pcapng(c, s->path, s->comment);
    nt_capture_settle(c);
    return end_file(s, s->err);
}
