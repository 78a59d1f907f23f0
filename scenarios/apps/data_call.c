#include "scenarios/apps/data_call.h"

#include <stdlib.h>
#include <string.h>

struct nt_data_call *nt_data_call_new(nt_time interval)
{
    struct nt_data_call *call = calloc(1, sizeof *call);
    nt_time some = NT_SILENCE_INTERVALS * interval;
    if (call == NULL)
        return NULL;
    call->least = some > NT_SILENCE_MIN ? some : NT_SILENCE_MIN;
    call->heard = call->stopped = call->ended = NT_TIME_NEVER;
    return call;
}

void nt_data_call_del(struct nt_data_call *call)
{
    if (call != NULL)
        free(call->unsent);
    free(call);
}

void nt_data_call_note_unsent(struct nt_data_call *call, uint32_t number)
{
    call->unsent[number / 8] |= (uint8_t)(1 << (number & 7));
    call->unsent_count++;
}

bool nt_data_call_was_sent(const struct nt_data_call *call, uint32_t number)
{
    return (call->unsent[number / 8] & 1 << (number & 7)) == 0;
}

static nt_time length_of(const struct nt_data_silence *s)
{
    return s->ended - s->began;
}

/* Makes room where all places are taken: the shortest goes, if it is shorter than this one. */
static bool make_room(struct nt_data_call *call, const struct nt_data_silence *s)
{
    size_t shortest = 0;
    if (call->kept_count < NT_SILENCES_MAX)
        return true;
    call->further++;
    for (size_t i = 1; i < call->kept_count; i++)
        if (length_of(&call->kept[i]) < length_of(&call->kept[shortest]))
            shortest = i;
    if (length_of(&call->kept[shortest]) >= length_of(s))
        return false;
    call->kept_count--;
    memmove(call->kept + shortest, call->kept + shortest + 1, (call->kept_count - shortest) * sizeof *call->kept);
    return true;
}

static void add_silence(struct nt_data_call *call, const struct nt_data_silence *s)
{
    if (length_of(s) > length_of(&call->longest))
        call->longest = *s;
    if (length_of(s) > call->least && make_room(call, s))
        call->kept[call->kept_count++] = *s;
}

void nt_data_call_note_arrival(struct nt_data_call *call, uint32_t number, nt_time now)
{
    if (call->heard != NT_TIME_NEVER)
        add_silence(call, &(struct nt_data_silence){call->heard, now, call->behind, number > call->behind ? number : call->behind});
    call->heard = now;
    call->behind = number >= call->behind ? number + 1 : call->behind;
}

void nt_data_call_end(struct nt_data_call *call, nt_time began, uint32_t sent, nt_time now)
{
    struct nt_data_silence s = {.ended = nt_time_min(call->stopped, now), .first = call->behind, .next = sent};
    s.began = call->heard != NT_TIME_NEVER ? call->heard : began;
    if (s.ended > s.began)
        add_silence(call, &s);
    call->ended = now;
}
