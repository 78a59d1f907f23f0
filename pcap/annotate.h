/* One line about what is in a packet ("Binding request USE-CANDIDATE", "ChannelData 0x4000 200 bytes", "SIP INVITE"), for ladders
 * and lists. What a Send or Data indication or ChannelData carries is described too. */
#ifndef NT_PCAP_ANNOTATE_H
#define NT_PCAP_ANNOTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

const char *nt_annotate(const uint8_t *ip_packet, size_t len, char *buf, size_t cap);
/* Does the packet carry nothing but data of an application: no message of STUN, TURN or SIP, no ICMP, nothing that is damaged? What
 * TURN wraps is looked at, too. A fragment that is not the first has nothing but data. */
bool nt_is_data(const uint8_t *ip_packet, size_t len);

#endif
