#include "natsim/packet/checksum.h"
#include "core/base/bytes.h"

uint64_t nt_checksum_add(uint64_t sum, const uint8_t *bytes, size_t len)
{
    for (; len >= 4; bytes += 4, len -= 4)
        sum += nt_load32(bytes);
    if (len >= 2)
        sum += nt_load16(bytes), bytes += 2, len -= 2;
    /* RFC 1071, 1: an odd last octet is padded on the right with zeros. */
    if (len == 1)
        sum += (uint64_t)bytes[0] << 8;
    return sum;
}

uint64_t nt_checksum_pseudo(const uint8_t *ip, uint8_t proto, uint32_t len)
{
    uint64_t sum = (uint64_t)proto + len;
    return ip[0] >> 4 == 4 ? nt_checksum_add(sum, ip + 12, 8) : nt_checksum_add(sum, ip + 8, 32);
}

static uint16_t fold(uint64_t sum)
{
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
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
