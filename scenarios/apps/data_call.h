/* A flow that goes on with the call: which of its datagrams its agent could not send, and when the other agent received none. */
#ifndef NT_APPS_DATA_CALL_H
#define NT_APPS_DATA_CALL_H

#include "core/base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_SILENCES_MAX 32             /* of one way that are kept: the longest */
#define NT_SILENCE_MIN (100 * NT_MSEC) /* a silence is longer than this, and than NT_SILENCE_INTERVALS of the data */
#define NT_SILENCE_INTERVALS 5

struct nt_data_silence {
    nt_time began, ended;
    uint32_t first, next; /* the datagrams from `first` to before `next` were sent, or were due, meanwhile */
};

struct nt_data_call {
    nt_time least;   /* shorter silences are not kept */
    uint8_t *unsent; /* a bit for each datagram */
    uint32_t unsent_count;
    nt_time heard;                                /* when the last one came; NT_TIME_NEVER: none has */
    uint32_t behind;                              /* the number behind the highest that came */
    nt_time stopped;                              /* when its sender stopped, */
    nt_time ended;                                /* and when the receiver heard no more; NT_TIME_NEVER: not yet */
    struct nt_data_silence longest;               /* its times are equal: there was none */
    struct nt_data_silence kept[NT_SILENCES_MAX]; /* in the order of time */
    size_t kept_count;
    uint64_t further; /* shorter ones, for which there was no room */
};

struct nt_data_call *nt_data_call_new(nt_time interval); /* NULL without memory */
void nt_data_call_del(struct nt_data_call *call);        /* NULL: nothing */
void nt_data_call_note_unsent(struct nt_data_call *call, uint32_t number);
bool nt_data_call_was_sent(const struct nt_data_call *call, uint32_t number);
/* One came that had not come before. */
void nt_data_call_note_arrival(struct nt_data_call *call, uint32_t number, nt_time now);
/* No more will come: what has lasted since the last one, or since `began` when none came, is a silence, too. `sent`: the number
 * behind the last that was sent. */
void nt_data_call_end(struct nt_data_call *call, nt_time began, uint32_t sent, nt_time now);

#endif
