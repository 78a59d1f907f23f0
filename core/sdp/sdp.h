/* ICE in SDP (RFC 8839, 8840, 8866): session descriptions with one m= line for each stream, and SIP messages over UDP that carry
 * them (RFC 3261; only as much as an offer and an answer between two known parties need). The public face of the room. Texts need
 * no NUL. */
#ifndef NT_SDP_SDP_H
#define NT_SDP_SDP_H

#include "core/sdp/candidate.h"
#include "core/sdp/description.h"
#include "core/sdp/note.h"
#include "core/sdp/read.h"
#include "core/sdp/sip_read.h"
#include "core/sdp/sip_write.h"
#include "core/sdp/write.h"

#endif
