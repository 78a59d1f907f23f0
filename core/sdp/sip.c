#include "core/sdp/sip.h"

static const char *const methods[] = {
    [NT_SIP_INVITE] = "INVITE",
    [NT_SIP_ACK] = "ACK",
    [NT_SIP_BYE] = "BYE",
    [NT_SIP_INFO] = "INFO",
};

const char *nt_sip_method(enum nt_sip_kind kind)
{
    size_t i = (size_t)kind;
    return i < sizeof methods / sizeof *methods ? methods[i] : NULL;
}
