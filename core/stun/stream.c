#include "core/stun/stream.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/stun/message.h"

#include <stdlib.h>

#define CHANNEL_HEADER 4
#define COOKIE_END 8
#define MESSAGE_MAX ((size_t)NT_STUN_HEADER + 65532)

static const struct nt_why neither = {NT_DISCARD_UNREADABLE,
                                      "neither STUN nor ChannelData begins here, and where a message would is not known"},
                           no_channels = {NT_DISCARD_UNREADABLE, "no STUN message begins here, and where one would is not known"},
                           odd_length = {NT_DISCARD_UNREADABLE, "a STUN message whose length is no multiple of four"},
                           no_cookie = {NT_DISCARD_UNREADABLE, "a STUN message without the magic cookie"},
                           no_memory = {NT_DISCARD_NO_ROOM, "no memory for a message that is not whole"};

void nt_stun_stream_init(struct nt_stun_stream *s, bool channels)
{
    *s = (struct nt_stun_stream){.channels = channels};
}

void nt_stun_stream_free(struct nt_stun_stream *s)
{
    free(s->held);
    *s = (struct nt_stun_stream){.channels = s->channels, .broken = s->broken};
}

void nt_stun_stream_put(struct nt_stun_stream *s, const uint8_t *bytes, size_t len)
{
    s->in = bytes;
    s->in_len = len;
}

/* How many bytes the message has that begins so, or how many are needed to tell; 0: it is none, *why. */
static size_t wanted_bytes(const struct nt_stun_stream *s, const uint8_t *bytes, size_t len, const struct nt_why **why)
{
    bool stun = len == 0 || bytes[0] <= 3;
    if (!stun && (!s->channels || bytes[0] < 64 || bytes[0] > 79)) {
        *why = s->channels ? &neither : &no_channels;
        return 0;
    }
    if (len < CHANNEL_HEADER)
        return CHANNEL_HEADER;
    size_t claimed = nt_load16(bytes + 2);
    /* RFC 8656, 12.5: "(4 + Length) rounded up to the nearest multiple of 4" */
    if (!stun)
        return (CHANNEL_HEADER + claimed + 3) / 4 * 4;
    if (claimed % 4 != 0)
        *why = &odd_length;
    else if (len >= COOKIE_END && nt_load32(bytes + 4) != NT_STUN_COOKIE)
        *why = &no_cookie;
    return *why != NULL ? 0 : len < COOKIE_END ? COOKIE_END : NT_STUN_HEADER + claimed;
}

static size_t break_off(struct nt_stun_stream *s, const struct nt_why *why)
{
    nt_stun_stream_free(s);
    s->broken = why;
    return 0;
}

/* Moves bytes to what is held, at most until there are `need`. */
static bool hold_bytes(struct nt_stun_stream *s, size_t need)
{
    size_t more = need - s->held_len < s->in_len ? need - s->held_len : s->in_len;
    if (nt_reserve(&s->held, &s->cap, s->held_len + more, 1, MESSAGE_MAX) != NT_OK) {
        break_off(s, &no_memory);
        return false;
    }
    memcpy(s->held + s->held_len, s->in, more);
    s->held_len += more;
    s->in += more;
    s->in_len -= more;
    return true;
}

/* The length of the message that begins with what has come, when it is whole there; 0: it is not, or there is none. */
static size_t whole_here(struct nt_stun_stream *s)
{
    const struct nt_why *why = NULL;
    size_t need = wanted_bytes(s, s->in, s->in_len, &why);
    if (why != NULL)
        return break_off(s, why);
    return need <= s->in_len ? need : 0;
}

/* The same of what is held, with what has come. */
static size_t complete_held(struct nt_stun_stream *s)
{
    for (;;) {
        const struct nt_why *why = NULL;
        size_t need = wanted_bytes(s, s->held, s->held_len, &why);
        if (why != NULL)
            return break_off(s, why);
        if (need == s->held_len)
            return need;
        if (s->in_len == 0 || !hold_bytes(s, need))
            return 0;
    }
}

bool nt_stun_stream_next(struct nt_stun_stream *s, const uint8_t **message, size_t *len)
{
    if (s->whole)
        s->whole = false, s->held_len = 0;
    if (s->broken != NULL)
        return false;
    *len = s->held_len == 0 ? whole_here(s) : 0;
    if (*len > 0) {
        *message = s->in;
        s->in += *len;
        s->in_len -= *len;
        return true;
    }
    *len = s->broken == NULL ? complete_held(s) : 0;
    *message = s->held;
    s->whole = *len > 0;
    return s->whole;
}

void nt_stun_stream_break(struct nt_stun_stream *s)
{
    break_off(s, &no_memory);
}

bool nt_stun_stream_is_half(const struct nt_stun_stream *s)
{
    return s->held_len > 0 && !s->whole;
}

const struct nt_why *nt_stun_stream_broken(const struct nt_stun_stream *s)
{
    return s->broken;
}
