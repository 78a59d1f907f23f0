#include "core/stun/transports.h"

bool nt_stun_serves_over(const struct nt_stun_transports *t, enum nt_transport transport)
{
    return t->over != 0 ? (t->over & NT_STUN_OVER(transport)) != 0 : transport == NT_UDP;
}

bool nt_stun_listen_request(const struct nt_stun_transports *t, const struct nt_addr *v4, const struct nt_addr *v6, unsigned n,
                            struct nt_request *req)
{
    enum nt_transport transport = (enum nt_transport)(NT_UDP + n / 2);
    const struct nt_addr *at = n % 2 == 0 ? v4 : v6;
    uint16_t tls_port = t->tls_port != 0 ? t->tls_port : NT_STUN_TLS_PORT;
    *req = (struct nt_request){
        .kind = transport == NT_UDP ? NT_REQ_BIND : NT_REQ_LISTEN,
        .path = {.transport = (uint8_t)transport, .local = nt_addr_with_port(at, transport == NT_TLS ? tls_port : at->port)}};
    return nt_addr_is_set(at) && nt_stun_serves_over(t, transport);
}
