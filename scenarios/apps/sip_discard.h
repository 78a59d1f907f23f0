/* Why a SIP message is not taken that nt_sip_read does not read. */
#ifndef NT_APPS_SIP_DISCARD_H
#define NT_APPS_SIP_DISCARD_H

#include "core/base/err.h"
#include "core/base/trace.h"

static inline struct nt_why nt_sip_discard(int err)
{
    if (err == NT_EUNSUPPORTED)
        return (struct nt_why){NT_DISCARD_UNSUPPORTED, "a SIP message of a kind that is not used here"};
    if (err == NT_ELIMIT)
        return (struct nt_why){NT_DISCARD_SIZE, "a SIP message with a call id, a branch or a user name of more than 255 bytes"};
    return (struct nt_why){NT_DISCARD_UNREADABLE, "no SIP message"};
}

#endif
