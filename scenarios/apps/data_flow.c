#include "scenarios/apps/data_flow.h"
#include "core/base/bytes.h"

#include <stdlib.h>
#include <string.h>

/* 0: 128..191; 1: flow; 2, 3: reserved; 4..19: magic; 20..23: number; then zeros */
enum { AT_FLOW = 1, AT_NUMBER = 20 };

int nt_data_flow_init(struct nt_data_flow *flow, const struct nt_scn_send *run, nt_time now)
{
    *flow = (struct nt_data_flow){.run = *run, .began = now, .next = run->count > 0 ? now : NT_TIME_NEVER};
    flow->arrived = calloc(run->count / 8 + 1, 1);
    return flow->arrived != NULL ? NT_OK : NT_ENOMEM;
}

void nt_data_flow_free(struct nt_data_flow *flow)
{
    free(flow->arrived);
}

size_t nt_data_flow_write(struct nt_data_flow *flow, uint8_t index, const uint8_t *magic, uint8_t *buf)
{
    memset(buf, 0, flow->run.bytes);
    buf[0] = (uint8_t)(128 + (flow->sent & 63));
    if (flow->run.bytes >= NT_DATA_MIN) {
        buf[AT_FLOW] = index;
        memcpy(buf + NT_DATA_MAGIC_AT, magic, NT_DATA_MAGIC);
        nt_store32(buf + AT_NUMBER, flow->sent);
    }
    flow->sent++;
    flow->last = flow->next;
    flow->next = flow->sent < flow->run.count ? nt_time_after(flow->next, flow->run.interval) : NT_TIME_NEVER;
    return flow->run.bytes;
}

bool nt_data_read(const uint8_t *bytes, size_t len, const uint8_t *magic, uint8_t *index, uint32_t *number)
{
    if (len < NT_DATA_MIN || memcmp(bytes + NT_DATA_MAGIC_AT, magic, NT_DATA_MAGIC) != 0)
        return false;
    *index = bytes[AT_FLOW];
    *number = nt_load32(bytes + AT_NUMBER);
    return true;
}

bool nt_data_flow_note_arrival(struct nt_data_flow *flow, uint32_t number)
{
    uint8_t bit = (uint8_t)(1 << (number & 7));
    if (number >= flow->sent || (flow->arrived[number / 8] & bit) != 0)
        return false;
    flow->arrived[number / 8] |= bit;
    flow->received++;
    return true;
}

bool nt_data_flow_missing(const struct nt_data_flow *flow, uint8_t first, uint32_t *number)
{
    for (uint32_t n = (uint32_t)(first - 128) & 63; first >= 128 && first <= 191 && n < flow->sent; n += 64) {
        if ((flow->arrived[n / 8] & 1 << (n & 7)) == 0) {
            *number = n;
            return true;
        }
    }
    return false;
}
