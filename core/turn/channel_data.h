/* ChannelData messages (RFC 8656, section 12.4). */
#ifndef NT_TURN_CHANNEL_DATA_H
#define NT_TURN_CHANNEL_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_CHANNEL_MIN 0x4000
#define NT_CHANNEL_MAX 0x4fff /* RFC 8656, section 12; 0x5000 and above are reserved */
#define NT_CHANNEL_HEADER 4

/* Is it ChannelData (RFC 7983: first byte 64..79), well formed over UDP? Then its number and payload. */
bool nt_channel_data_parse(const uint8_t *bytes, size_t len, uint16_t *number, const uint8_t **payload, size_t *payload_len);
/* The length written, or NT_ENOSPC. UDP: without padding. */
int nt_channel_data_write(uint8_t *buf, size_t cap, uint16_t number, const uint8_t *payload, size_t len);
/* What was written there, for TCP or TLS: padded to a multiple of four bytes (12.5). The length, or NT_ENOSPC; an error stays one.
 */
int nt_channel_data_pad(uint8_t *buf, size_t cap, int written);

#endif
