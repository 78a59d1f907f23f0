#include "scenarios/apps/data_flow.h"
#include "core/base/bytes.h"

#include <stdlib.h>
#include <string.h>

/* 0: 128..191; 1: flow; 2, 3: reserved; 4..19: magic; 20..23: number; then zeros */
enum { AT_FLOW = 1, AT_NUMBER = 20 };

#define ROOM 4096 /* datagrams of a call for which there is room at first; it is doubled */

int nt_data_flow_init(struct nt_data_flow *flow, const struct nt_scn_send *run, nt_time now)
{
    *flow = (struct nt_data_flow){.run = *run, .began = now, .next = run->count > 0 ? now : NT_TIME_NEVER, .room = run->count};
    flow->arrived = calloc(run->count / 8 + 1, 1);
    return flow->arrived != NULL ? NT_OK : NT_ENOMEM;
}

int nt_data_flow_init_call(struct nt_data_flow *flow, const struct nt_scn_send *run, nt_time now)
{
    *flow = (struct nt_data_flow){.run = *run, .began = now, .next = now, .call = nt_data_call_new(run->interval)};
    return flow->call != NULL ? NT_OK : NT_ENOMEM;
}

void nt_data_flow_free(struct nt_data_flow *flow)
{
    free(flow->arrived);
    nt_data_call_del(flow->call);
}

static int grow_bits(uint8_t **bits, uint32_t from, uint32_t to)
{
    uint8_t *grown = realloc(*bits, to / 8);
    if (grown == NULL)
        return NT_ENOMEM;
    memset(grown + from / 8, 0, (to - from) / 8);
    *bits = grown;
    return NT_OK;
}

int nt_data_flow_make_room(struct nt_data_flow *flow)
{
    uint32_t room = flow->room > 0 ? 2 * flow->room : ROOM;
    if (flow->sent < flow->room)
        return NT_OK;
    if (grow_bits(&flow->arrived, flow->room, room) != NT_OK || grow_bits(&flow->call->unsent, flow->room, room) != NT_OK)
        return NT_ENOMEM;
    flow->room = room;
    return NT_OK;
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

nt_time nt_data_flow_due(const struct nt_data_flow *flow, uint32_t number)
{
    return nt_time_after(flow->began, (nt_time)number * flow->run.interval);
}

bool nt_data_flow_has_arrived(const struct nt_data_flow *flow, uint32_t number)
{
    return (flow->arrived[number / 8] & 1 << (number & 7)) != 0;
}

bool nt_data_flow_note_arrival(struct nt_data_flow *flow, uint32_t number, nt_time now)
{
    uint8_t bit = (uint8_t)(1 << (number & 7));
    if (number >= flow->sent || (flow->arrived[number / 8] & bit) != 0)
        return false;
    flow->arrived[number / 8] |= bit;
    flow->received++;
    if (flow->call != NULL)
        nt_data_call_note_arrival(flow->call, number, now);
    return true;
}

static bool may_be_on_its_way(const struct nt_data_flow *flow, uint32_t number, nt_time way, nt_time now)
{
    return number >= flow->call->behind && nt_data_flow_due(flow, number) > now - way && nt_data_call_was_sent(flow->call, number);
}

void nt_data_flow_end_call(struct nt_data_flow *flow, nt_time way, nt_time now)
{
    if (flow->call->ended != NT_TIME_NEVER)
        return;
    flow->next = NT_TIME_NEVER;
    while (flow->sent > 0 && may_be_on_its_way(flow, flow->sent - 1, way, now))
        flow->sent--;
    nt_data_call_end(flow->call, flow->began, flow->sent, now);
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
