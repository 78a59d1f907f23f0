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

uint64_t nt_checksum_add(uint64_t sum, const uint8_t *bytes, size_t len)
{
    uint64_t part = 0, word;
    uint8_t last[sizeof word] = {0};
    for (; len >= sizeof word; bytes += sizeof word, len -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        part += word;
        part += part < word;
    }
    /* RFC 1071, 1: an odd last octet is padded on the right with zeros. */
    if (len > 0) {
        memcpy(last, bytes, len);
        memcpy(&word, last, sizeof word);
        part += word;
        part += part < word;
    }
    /* RFC 1071, 2 (B), byte order independence: the sum of words of this machine has its octets where it has them in memory. */
    uint16_t native = fold(part);
    memcpy(last, &native, sizeof native);
    return sum + nt_load16(last);
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
