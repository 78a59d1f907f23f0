#include "core/sdp/sip.h"

#include <stddef.h>

static const char *const methods[] = {
    [NT_SIP_INVITE] = "INVITE",
    [NT_SIP_ACK] = "ACK",
    [NT_SIP_BYE] = "BYE",
    [NT_SIP_INFO] = "INFO",
};

/* RFC 3261, 21.4 and 21.5 */
const char *nt_sip_phrase(uint16_t status)
{
    switch (status) {
    case 481: return "Call/Transaction Does Not Exist";
    case 487: return "Request Terminated";
    case 488: return "Not Acceptable Here";
    case 491: return "Request Pending";
    case 500: return "Server Internal Error";
    default: return NULL;
    }
}

const char *nt_sip_method(enum nt_sip_kind kind)
{
    size_t i = (size_t)kind;
    return i < sizeof methods / sizeof *methods ? methods[i] : NULL;
}
