/* Sequence numbers (RFC 9293, 3.4): arithmetic modulo 2^32. */
#ifndef NT_TCP_SEQUENCE_H
#define NT_TCP_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

// clang-format off
static inline bool nt_seq_before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }
static inline bool nt_seq_after(uint32_t a, uint32_t b) { return nt_seq_before(b, a); }
static inline uint32_t nt_seq_max(uint32_t a, uint32_t b) { return nt_seq_before(a, b) ? b : a; }
static inline uint32_t nt_seq_min(uint32_t a, uint32_t b) { return nt_seq_before(a, b) ? a : b; }
// clang-format on

#endif
