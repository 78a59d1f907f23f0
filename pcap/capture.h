/* A capture in memory: every packet that crossed a tap, in order, with its fate. Frame numbers start at 1, as Wireshark's do.
 *
 * One that streams keeps its first packets, and behind them a window of the latest. A packet that leaves the window is shown to the
 * readers, once, in order, and forgotten: its fate must be known by then. One that is told later is not noted, but counted. */
#ifndef NT_PCAP_CAPTURE_H
#define NT_PCAP_CAPTURE_H

#include "core/base/trace.h"
#include "natsim/packet/drop.h"
#include "natsim/packet/packet.h"

#define NT_CAPTURE_BYTES_MAX (UINT64_C(1) << 31)    /* packet bytes of one capture; beyond, packets are counted, not kept */
#define NT_CAPTURE_FRAMES_MAX 50000000              /* likewise */
#define NT_CAPTURE_KEPT_FRAMES 32768                /* of one that streams: the first packets, */
#define NT_CAPTURE_KEPT_BYTES (UINT32_C(8) << 20)   /* with so many bytes; fewer, if these are full before */
#define NT_CAPTURE_WINDOW 16384                     /* and the window: so many packets after a packet its fate can still be told, */
#define NT_CAPTURE_WINDOW_BYTES (UINT32_C(8) << 20) /* or so many bytes after it */
#define NT_CAPTURE_READERS_MAX 4
#define NT_CAPTURE_TAPS_MAX 1000000          /* and names */
#define NT_CAPTURE_TEXTS_MAX (1u << 28)      /* bytes of comments that came with a file, and of notes */
#define NT_CAPTURE_EPOCH INT64_C(1700000000) /* the Unix time of virtual time 0, so that dates can be read */

enum nt_direction { NT_DIR_IN = 1, NT_DIR_OUT = 2 }; /* into or out of the tap's node */
/* Dropped: within the network, or before a program. Discarded: by the program that was handed it. */
enum nt_fate { NT_FATE_PASSED = 0, NT_FATE_DROPPED, NT_FATE_TRANSLATED, NT_FATE_DISCARDED };

struct nt_capture_tap {
    char *name;        /* "nat-left.outside" */
    char *node;        /* "nat-left" */
    char *description; /* its addresses; may be NULL */
    size_t last;       /* the number of its last frame, from 1; 0: none, or not kept */
};

struct nt_capture_name { /* for the name resolution block */
    struct nt_addr addr;
    char *name;
};

struct nt_capture_frame {
    nt_time at;
    uint32_t tap;
    uint8_t direction, fate;
    uint16_t reason;     /* enum nt_drop; of what is discarded: enum nt_discard */
    uint32_t marks;      /* enum nt_packet_mark */
    uint8_t which;       /* of a translation: 0 source, 1 destination */
    uint32_t comment;    /* of a file: offset of its first comment in `texts`, 0: none */
    uint32_t notes;      /* what its program found odd in it, and took it all the same: offset in `texts`, 0: nothing */
    uint32_t mtu;        /* of the link that it was too large for, and was dropped; 0: otherwise */
    const char *why;     /* of what is discarded: static words (struct nt_why) */
    struct nt_addr a, b; /* of the fate */
    struct nt_addr c, d; /* a further translation of the packet (a hairpin), or the one before its drop; or unset */
    uint64_t offset;     /* into bytes */
    uint32_t len;        /* kept; 0: of a file, and not an IP packet */
    uint32_t orig_len;
};

struct nt_capture;

struct nt_capture_reader {
    void (*frame)(void *user, const struct nt_capture *c, const struct nt_capture_frame *f, uint32_t number);
    void *user;
};

/* Where packets go that memory does not keep: a file. Its owner is the capture's; it stays when the capture is cleared. */
struct nt_capture_overflow {
    void (*frame)(void *user, const struct nt_capture *c, const struct nt_capture_frame *f,
                  uint32_t number); /* all, from the first; NULL: nowhere */
    void (*clear)(void *user);
    void *user;
};

struct nt_capture {
    struct nt_capture_tap *taps;
    size_t tap_count, tap_cap;
    struct nt_capture_name *names;
    size_t name_count, name_cap;
    struct nt_capture_frame *frames; /* those that are kept, from the first; behind them the window */
    size_t frame_count, frame_cap;
    uint8_t *bytes;
    uint64_t byte_count;
    size_t byte_cap;
    char *texts; /* NUL-terminated, one after the other; the first is "" */
    size_t text_len, text_cap;
    bool streams, windowed; /* windowed: not all packets are in `frames` any more */
    size_t total;           /* packets so far */
    size_t settled;         /* those that readers have seen */
    uint64_t window_at;     /* where the next packet's bytes go, within the window's */
    uint64_t late;          /* fates that came too late for their packet */
    struct nt_capture_reader readers[NT_CAPTURE_READERS_MAX];
    size_t reader_count;
    struct nt_capture_overflow overflow;
    uint64_t lost;       /* frames not kept: the limit, or no memory */
    bool truncated_file; /* reading: the file ended within a block */
};

void nt_capture_init(struct nt_capture *c);
void nt_capture_clear(struct nt_capture *c); /* empties it, and keeps its memory for the next case, and `overflow` */
/* Makes an empty capture stream. */
void nt_capture_stream(struct nt_capture *c);
/* The reader sees each packet from the first. Before packets come, at most NT_CAPTURE_READERS_MAX. */
void nt_capture_add_reader(struct nt_capture *c, const struct nt_capture_reader *reader);
void nt_capture_remove_reader(struct nt_capture *c, const void *user);
/* The frame of a number that has not settled, or is kept; NULL: it was forgotten, or there is none. */
const struct nt_capture_frame *nt_capture_frame_at(const struct nt_capture *c, size_t number);
/* Shows the readers all packets so far: no fate is to come. */
void nt_capture_settle(struct nt_capture *c);
void nt_capture_free(struct nt_capture *c);
int nt_capture_add_tap(struct nt_capture *c, const char *name, const char *node, const char *description); /* its number */
int nt_capture_add_name(struct nt_capture *c, const struct nt_addr *a, const char *name);
/* Takes trace events of packets and their fates, and ignores others. Taps must be added before. */
void nt_capture_trace(struct nt_capture *c, const struct nt_trace_event *ev);
/* No later frame shows the same packet. */
static inline bool nt_capture_has_ended(const struct nt_capture_frame *f)
{
    return f->fate == NT_FATE_DROPPED || f->fate == NT_FATE_DISCARDED;
}
static inline const uint8_t *nt_capture_bytes(const struct nt_capture *c, const struct nt_capture_frame *f)
{
    return f->len > 0 ? c->bytes + f->offset : c->bytes; /* NULL with an offset is not defined, even of 0 bytes */
}
/* Copies a text to `texts`, at *offset. 0 or NT_ENOMEM, NT_ELIMIT. */
int nt_capture_keep_text(struct nt_capture *c, uint32_t *offset, const char *text, size_t len);
/* Something odd in a packet that a program takes: its notes stand in one text, as far as a comment has room. */
void nt_capture_note(struct nt_capture *c, struct nt_capture_frame *f, const char *note);
/* For readers: appends a frame with its packet bytes; NULL when it is not kept (c->lost counts it). */
struct nt_capture_frame *nt_capture_append(struct nt_capture *c, uint32_t tap, nt_time at, const uint8_t *bytes, size_t len);

#endif
