/* TLS 1.2 and 1.3 over memory (RFC 5246, 8446), by OpenSSL: one connection, sans-IO. The owner gives the bytes of its stream and
 * pulls those that are to be sent; randomness, time and certificates are passed in, so that the same ones give the same bytes (of
 * one build of OpenSSL). Nothing is resumed: there are no tickets. */
#ifndef NT_TLS_TLS_H
#define NT_TLS_TLS_H

#include "core/tls/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_TLS_HELD_MAX ((size_t)256 << 10) /* bytes of the wire, or for it, that wait: beyond it nothing is taken */

enum nt_tls_state {
    NT_TLS_HANDSHAKE,
    NT_TLS_OPEN,
    NT_TLS_ENDED, /* all has been read, and the peer has said that it sends no more (close_notify) */
    NT_TLS_FAILED /* nothing more can be read or written; an alert may be there to be sent */
};

struct nt_tls;

/* Copies what `config` points to. The client's first bytes can be pulled then. NULL without memory, or when OpenSSL refuses it. */
struct nt_tls *nt_tls_new(const struct nt_tls_config *config, nt_time now);
void nt_tls_del(struct nt_tls *t);
/* The next bytes of the stream. 0, or NT_ELIMIT: none of them is taken, for too many wait to be read. */
int nt_tls_input(struct nt_tls *t, const uint8_t *bytes, size_t len, nt_time now);
/* The stream has ended. Without the peer's close_notify it was cut off: FAILED. */
void nt_tls_input_end(struct nt_tls *t, nt_time now);
/* What the peer has written, into buf: its length, 0: nothing yet. */
size_t nt_tls_read(struct nt_tls *t, uint8_t *buf, size_t cap, nt_time now);
/* Whole, as one record if it is not longer than 16384 bytes. 0, NT_ESTATE: not OPEN (nor ENDED), NT_ENOSPC: too many bytes wait. */
int nt_tls_write(struct nt_tls *t, const uint8_t *bytes, size_t len, nt_time now);
/* Says that there is no more to come (close_notify). */
void nt_tls_close(struct nt_tls *t, nt_time now);
/* The next bytes for the stream, into buf: their length, 0 for none. */
size_t nt_tls_output(struct nt_tls *t, uint8_t *buf, size_t cap);
/* A handshake that is not done in time has failed. */
void nt_tls_timer(struct nt_tls *t, nt_time now);
nt_time nt_tls_deadline(const struct nt_tls *t);
enum nt_tls_state nt_tls_state(const struct nt_tls *t);
/* Why it has failed, in words, valid as long as it is; "" before. */
const char *nt_tls_reason(const struct nt_tls *t);

#endif
