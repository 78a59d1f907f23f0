/* A run of numbered datagrams from one agent to the other, and which of them arrived. */
#ifndef NT_APPS_DATA_FLOW_H
#define NT_APPS_DATA_FLOW_H

#include "core/base/rand.h"
#include "scenarios/apps/data_call.h"
#include "scenarios/model/case.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_DATA_MIN 28   /* bytes of a datagram with a header; shorter ones are told apart by their first byte */
#define NT_DATA_MAGIC 16 /* bytes at NT_DATA_MAGIC_AT of a datagram with a header */
#define NT_DATA_MAGIC_AT 4

struct nt_data_flow {
    struct nt_scn_send run;
    uint32_t sent, received;
    nt_time began, last;       /* when the first and the latest datagram were due */
    nt_time next;              /* NT_TIME_NEVER when all is sent */
    uint8_t *arrived;          /* a bit for each datagram */
    uint32_t room;             /* datagrams that have their bits */
    struct nt_data_call *call; /* of a flow that goes on with the call; NULL: it does not */
};

int nt_data_flow_init(struct nt_data_flow *flow, const struct nt_scn_send *run, nt_time now);
/* The same, of a flow that goes on with the call. */
int nt_data_flow_init_call(struct nt_data_flow *flow, const struct nt_scn_send *run, nt_time now);
void nt_data_flow_free(struct nt_data_flow *flow);
/* Before nt_data_flow_write: memory for one datagram more, which is asked for now and then. 0 or NT_ENOMEM. */
int nt_data_flow_make_room(struct nt_data_flow *flow);
/* Writes the next datagram: first byte 128..191 (RFC 7983: RTP), flow, magic, number, zeros; a short one has the first byte and
 * zeros. Returns its length. */
size_t nt_data_flow_write(struct nt_data_flow *flow, uint8_t index, const uint8_t *magic, uint8_t *buf);
/* Reads the index of a datagram's flow, and its number; false: it does not carry `magic`. */
bool nt_data_read(const uint8_t *bytes, size_t len, const uint8_t *magic, uint8_t *index, uint32_t *number);
/* The oldest datagram with that first byte that was sent and has not arrived; false: there is none. */
bool nt_data_flow_missing(const struct nt_data_flow *flow, uint8_t first, uint32_t *number);
nt_time nt_data_flow_due(const struct nt_data_flow *flow, uint32_t number);      /* when it is sent */
bool nt_data_flow_has_arrived(const struct nt_data_flow *flow, uint32_t number); /* of one that was sent */
/* False: it had arrived already, or was never sent. */
bool nt_data_flow_note_arrival(struct nt_data_flow *flow, uint32_t number, nt_time now);
/* The receiver of a flow that goes on with the call hears no more. What was sent less than `way` ago, behind all that arrived, may
 * be on its way: it does not count as sent. */
void nt_data_flow_end_call(struct nt_data_flow *flow, nt_time way, nt_time now);

#endif
