/* BPF filters over raw IP packets, compiled by libpcap once and run on bytes. (A header named bpf.h here would hide libpcap's own.)
 */
#ifndef NT_PCAP_FILTER_H
#define NT_PCAP_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nt_bpf;

/* NULL with a sentence in `what` (ether, vlan, inbound and outbound are refused: use direction). */
struct nt_bpf *nt_bpf_new(const char *filter, char *what, size_t cap);
bool nt_bpf_match(const struct nt_bpf *b, const uint8_t *ip_packet, size_t len);
void nt_bpf_del(struct nt_bpf *b);

#endif
