/* The file of a capture that streams: begun when memory no longer keeps all packets, written behind the window, and put in its
 * place at the end, or removed. A capture that memory keeps whole is written at the end alone. */
#ifndef NT_PCAP_SPOOL_H
#define NT_PCAP_SPOOL_H

#include "pcap/file.h"
#include "pcap/write_pcap.h"
#include "pcap/write_pcapng.h"

#define NT_SPOOL_MAX (UINT64_C(1) << 33) /* packet bytes of a file; one with more is given up */

struct nt_spool {
    const char *path, *suffix, *comment; /* the caller's; suffix: of the name while it is written */
    bool plain;                          /* pcap, not pcapng */
    bool begun;
    struct nt_file file;
    struct nt_pcapng_writer pcapng;
    struct nt_pcap_writer pcap;
    uint64_t bytes;
    int err, saved_errno; /* the first error: from there on nothing is written */
};

/* Makes the spool the capture's overflow: after nt_spool_aim, before packets come. */
void nt_spool_attach(struct nt_spool *s, struct nt_capture *c);
/* Says where the next file goes; the texts are the caller's. Nothing may be begun. */
void nt_spool_aim(struct nt_spool *s, const char *path, const char *suffix, const char *comment, bool plain);
/* Writes the file, all of it or what is left, and puts it in its place. 0 or NT_EIO (errno), NT_ENOMEM, NT_ELIMIT, and then there
 * is none. */
int nt_spool_finish(struct nt_spool *s, struct nt_capture *c);
void nt_spool_discard(struct nt_spool *s); /* removes what was written */

#endif
