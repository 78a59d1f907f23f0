#include "natsim/packet/checksum.h"
#include "core/base/bytes.h"

#include <string.h>

static uint16_t fold(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

/* Adds with the carry. */
static inline uint64_t add_word(uint64_t sum, uint64_t word)
{
    sum += word;
    return sum + (sum < word);
}

/* Adds 8 octets, in the byte order of this machine. */
static inline uint64_t add_octets(uint64_t sum, const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return add_word(sum, word);
}

/* Adds the last, fewer than 8. RFC 1071, 1: an odd last octet is padded on the right with zeros. */
static inline uint64_t add_last(uint64_t sum, const uint8_t *bytes, size_t len)
{
    uint32_t four;
    uint16_t two;
    if ((len & 4) != 0) {
        memcpy(&four, bytes, sizeof four);
        sum = add_word(sum, four);
        bytes += 4;
    }
    if ((len & 2) != 0) {
        memcpy(&two, bytes, sizeof two);
        sum = add_word(sum, two);
        bytes += 2;
    }
    if ((len & 1) != 0) {
        memcpy(&two, (const uint8_t[2]){bytes[0]}, sizeof two);
        sum = add_word(sum, two);
    }
    return sum;
}

uint64_t nt_checksum_add(uint64_t sum, const uint8_t *bytes, size_t len)
{
    uint64_t part = 0;
    for (; len >= 32; bytes += 32, len -= 32)
        part = add_octets(add_octets(add_octets(add_octets(part, bytes), bytes + 8), bytes + 16), bytes + 24);
    for (; len >= 8; bytes += 8, len -= 8)
        part = add_octets(part, bytes);
    part = add_last(part, bytes, len);
    /* RFC 1071, 2 (B), byte order independence: the sum of words of this machine has its octets where it has them in memory. */
    uint16_t native = fold(part);
    uint8_t octets[sizeof native];
    memcpy(octets, &native, sizeof native);
    return sum + nt_load16(octets);
}

uint64_t nt_checksum_pseudo(const uint8_t *ip, uint8_t proto, uint32_t len)
{
    uint64_t sum = (uint64_t)proto + len;
    return ip[0] >> 4 == 4 ? nt_checksum_add(sum, ip + 12, 8) : nt_checksum_add(sum, ip + 8, 32);
}

uint16_t nt_checksum_end(uint64_t sum)
{
    return (uint16_t)~fold(sum);
}

/* RFC 1624, 3, equation 3: HC' = ~(~HC + ~m + m'). */
uint16_t nt_checksum_update(uint16_t field, const uint8_t *was, const uint8_t *is, size_t len)
{
    uint64_t sum = (uint16_t)~field;
    for (size_t i = 0; i + 1 < len; i += 2)
        sum += (uint64_t)(uint16_t)~nt_load16(was + i) + nt_load16(is + i);
    return nt_checksum_end(sum);
}
