/* The stateful firewall of IPv6: it translates nothing, and lets packets from outside pass by the policy's filtering (RFC 4787,
 * section 5), as would a NAT whose mapping changes no address. */
#ifndef NT_GATEWAY_FIREWALL_H
#define NT_GATEWAY_FIREWALL_H

#include "natsim/nat/policy/policy.h"

struct nt_firewall;

struct nt_firewall *nt_firewall_new(const struct nt_nat_policy *policy); /* copies it */
void nt_firewall_del(struct nt_firewall *w);                             /* NULL: nothing */
/* A packet leaves, and opens or refreshes its state. NT_ENOMEM or NT_ELIMIT: it must be dropped. */
int nt_firewall_out(struct nt_firewall *w, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *remote,
                    nt_time now);
/* A packet comes from outside. True: it may pass, and refreshes its state. */
bool nt_firewall_in(struct nt_firewall *w, uint8_t proto, const struct nt_addr *remote, const struct nt_addr *internal,
                    nt_time now);
/* Whether an ICMP error about a packet from `internal` to `remote` may pass. */
bool nt_firewall_error_in(struct nt_firewall *w, uint8_t proto, const struct nt_addr *internal, const struct nt_addr *remote,
                          nt_time now);
void nt_firewall_run(struct nt_firewall *w, nt_time now);
nt_time nt_firewall_deadline(const struct nt_firewall *w);
void nt_firewall_flush(struct nt_firewall *w);

#endif
