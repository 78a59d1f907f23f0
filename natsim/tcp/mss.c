#include "natsim/tcp/mss.h"

enum { HEADERS4 = 40, HEADERS6 = 60, DEFAULT4 = 536, DEFAULT6 = 1220 }; /* RFC 9293, 3.7.1 */
/* Less is nobody's path: a peer that says so wants many small segments (Linux, tcp_min_snd_mss). */
enum { LEAST = 48, MOST = UINT16_MAX - HEADERS6 };

static uint16_t within_bounds(uint32_t mss)
{
    return (uint16_t)(mss < LEAST ? LEAST : mss > MOST ? MOST : mss);
}

uint16_t nt_mss_of_mtu(uint32_t mtu, uint8_t family)
{
    uint32_t headers = family == NT_AF_IPV4 ? HEADERS4 : HEADERS6;
    return within_bounds(mtu > headers ? mtu - headers : 0);
}

uint16_t nt_mss_of_syn(uint16_t own, const struct nt_segment *syn, uint8_t family)
{
    uint16_t theirs = syn->mss != 0 ? syn->mss : family == NT_AF_IPV4 ? DEFAULT4 : DEFAULT6;
    return within_bounds(theirs < own ? theirs : own);
}
