/* Bounds-checked reading and writing of big-endian bytes. An error sticks: read or write all, then look at `err` once. */
#ifndef NT_BASE_BYTES_H
#define NT_BASE_BYTES_H

#include "core/base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// clang-format off
static inline uint16_t nt_load16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t nt_load32(const uint8_t *p) { return (uint32_t)nt_load16(p) << 16 | nt_load16(p + 2); }
static inline uint64_t nt_load64(const uint8_t *p) { return (uint64_t)nt_load32(p) << 32 | nt_load32(p + 4); }
static inline void nt_store16(uint8_t *p, uint16_t v) { p[0] = (uint8_t)(v >> 8), p[1] = (uint8_t)v; }
static inline void nt_store32(uint8_t *p, uint32_t v) { nt_store16(p, (uint16_t)(v >> 16)), nt_store16(p + 2, (uint16_t)v); }
static inline void nt_store64(uint8_t *p, uint64_t v) { nt_store32(p, (uint32_t)(v >> 32)), nt_store32(p + 4, (uint32_t)v); }
// clang-format on

struct nt_reader {
    const uint8_t *p, *end;
    int err; /* NT_OK or NT_ESHORT */
};

struct nt_writer {
    uint8_t *start, *p, *end;
    int err; /* NT_OK or NT_ENOSPC */
};

static inline struct nt_reader nt_reader_of(const uint8_t *bytes, size_t len)
{
    return (struct nt_reader){.p = bytes, .end = bytes + len};
}

static inline size_t nt_reader_left(const struct nt_reader *r)
{
    return (size_t)(r->end - r->p);
}

/* The next `n` bytes, or NULL with `err` set. */
static inline const uint8_t *nt_read(struct nt_reader *r, size_t n)
{
    if (r->err != NT_OK || n > nt_reader_left(r)) {
        r->err = NT_ESHORT;
        return NULL;
    }
    r->p += n;
    return r->p - n;
}

static inline uint16_t nt_read16(struct nt_reader *r)
{
    const uint8_t *p = nt_read(r, 2);
    return p != NULL ? nt_load16(p) : 0;
}

static inline struct nt_writer nt_writer_of(uint8_t *buf, size_t cap)
{
    return (struct nt_writer){.start = buf, .p = buf, .end = buf + cap};
}

static inline size_t nt_writer_len(const struct nt_writer *w)
{
    return (size_t)(w->p - w->start);
}

/* Room for the next `n` bytes, or NULL with `err` set. */
static inline uint8_t *nt_write_room(struct nt_writer *w, size_t n)
{
    if (w->err != NT_OK || n > (size_t)(w->end - w->p)) {
        w->err = NT_ENOSPC;
        return NULL;
    }
    w->p += n;
    return w->p - n;
}

static inline void nt_write(struct nt_writer *w, const void *bytes, size_t n)
{
    uint8_t *p = nt_write_room(w, n);
    if (p != NULL && n != 0)
        memcpy(p, bytes, n);
}

static inline void nt_write16(struct nt_writer *w, uint16_t v)
{
    uint8_t *p = nt_write_room(w, 2);
    if (p != NULL)
        nt_store16(p, v);
}

#endif
