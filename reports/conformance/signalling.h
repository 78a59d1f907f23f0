/* Inside of the room: what the parties told each other, from the SIP messages at their signalling taps. */
#ifndef NT_CONFORMANCE_SIGNALLING_H
#define NT_CONFORMANCE_SIGNALLING_H

#include "reports/conformance/view.h"

/* Reads the datagram of a frame at a signalling tap. 0, NT_ENOMEM or NT_ELIMIT. */
int nt_view_read_signalling(struct nt_view *v, const struct nt_capture_frame *f, uint32_t number, const uint8_t *bytes, size_t len);

/* It could be read, and is an offer or an answer, not a fragment. */
static inline bool nt_view_is_full(const struct nt_view_description *d)
{
    return d->err == NT_OK && !d->fragment;
}
/* A stream of it uses ICE. NULL: none. */
bool nt_view_uses_ice(const struct nt_view_description *d);
/* The first full description of a party that went in `direction`, or NULL. */
const struct nt_view_description *nt_view_described(const struct nt_view *v, uint32_t party, int direction);
/* The first candidate of a description at an address, or NULL. */
const struct nt_ice_candidate *nt_view_candidate_in(const struct nt_ice_description *d, const struct nt_addr *a);
/* The announced candidate of a party at an address, or NULL. */
const struct nt_ice_candidate *nt_view_candidate(const struct nt_view *v, uint32_t party, const struct nt_addr *a);
/* The first description since then in which a party announces a candidate at an address, or NULL. */
const struct nt_view_description *nt_view_announced(const struct nt_view *v, uint32_t party, const struct nt_addr *a,
                                                    nt_time since);
/* The server-reflexive candidate of a description of this party that a server has told this socket, or NULL. */
const struct nt_ice_candidate *nt_view_reflexive_candidate(const struct nt_view *v, uint32_t party,
                                                           const struct nt_ice_description *d, const struct nt_addr *socket);
/* The announced candidate whose checks leave from this address: it itself, or the server-reflexive one whose base it is. NULL:
 * there is none. */
const struct nt_ice_candidate *nt_view_local_candidate(const struct nt_view *v, uint32_t party, const struct nt_addr *local);
/* The number, from 1, of the stream that part `i` of a description or fragment is about. */
uint8_t nt_view_stream_of(const struct nt_view *v, const struct nt_view_description *d, size_t i);
/* To which generation of its sender part `i` of a description or fragment belongs: that of its username fragment. */
uint32_t nt_view_generation_of_part(const struct nt_view *v, const struct nt_view_description *d, size_t i);
/* When the view has ended: gives fragments their generation. */
void nt_view_place_fragments(struct nt_view *v);

#endif
