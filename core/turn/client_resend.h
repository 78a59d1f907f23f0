/* How often, and when, a TURN client asks again for what it has when the server could not serve the request. */
#ifndef NT_TURN_CLIENT_RESEND_H
#define NT_TURN_CLIENT_RESEND_H

#include "core/base/time.h"

#include <stdbool.h>

/* RFC 8489, 6.3.4: "If the error code is 500 through 599, the client MAY resend the request; clients that do so MUST limit the
 * number of times they do this. Unless a specific error code specifies a different value, the number of retransmissions SHOULD be
 * limited to 4." */
#define NT_TURN_RESENDS_MAX 4

/* Code 0: a response that could not be used. */
static inline bool nt_turn_is_passing(int code)
{
    return code == 0 || (code >= 500 && code <= 599);
}

/* When to ask again for what lives until `end`, after so many failures before this one: the tries share the time that is left.
 * NT_TIME_NEVER: this was the last one. */
static inline nt_time nt_turn_resend_at(unsigned failures, nt_time end, nt_time now)
{
    return failures < NT_TURN_RESENDS_MAX ? now + (end - now) / (NT_TURN_RESENDS_MAX + 1 - (nt_time)failures) : NT_TIME_NEVER;
}

#endif
