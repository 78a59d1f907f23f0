#include "core/turn/channel_data.h"
#include "core/base/bytes.h"

bool nt_channel_data_parse(const uint8_t *bytes, size_t len, uint16_t *number, const uint8_t **payload, size_t *payload_len)
{
    if (len < NT_CHANNEL_HEADER)
        return false;
    uint16_t channel = nt_load16(bytes);
    size_t claimed = nt_load16(bytes + 2);
    if (channel < NT_CHANNEL_MIN || channel > NT_CHANNEL_MAX)
        return false;
    /* RFC 8656, 12.6: "if the UDP datagram is too short to contain the claimed length of the ChannelData message [...] then
     * the message is silently discarded"; 12.5: "Over UDP, the padding is not required but MAY be included." */
    if (claimed > len - NT_CHANNEL_HEADER)
        return false;
    *number = channel;
    *payload = bytes + NT_CHANNEL_HEADER;
    *payload_len = claimed;
    return true;
}

int nt_channel_data_write(uint8_t *buf, size_t cap, uint16_t number, const uint8_t *payload, size_t len)
{
    if (len > UINT16_MAX)
        return NT_EINVAL;
    struct nt_writer w = nt_writer_of(buf, cap);
    nt_write16(&w, number);
    nt_write16(&w, (uint16_t)len);
    nt_write(&w, payload, len);
    return w.err != NT_OK ? w.err : (int)nt_writer_len(&w);
}

int nt_channel_data_pad(uint8_t *buf, size_t cap, int written)
{
    static const uint8_t zeros[3];
    if (written < 0)
        return written;
    struct nt_writer w = nt_writer_of(buf + written, cap - (size_t)written);
    nt_write(&w, zeros, (4 - (size_t)written % 4) % 4);
    return w.err != NT_OK ? w.err : written + (int)nt_writer_len(&w);
}
