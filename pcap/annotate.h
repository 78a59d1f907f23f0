/* One line about what is in a packet ("Binding request USE-CANDIDATE", "ChannelData 0x4000 200 bytes", "SIP INVITE"), for ladders
 * and lists. What a Send or Data indication or ChannelData carries is described too. */
#ifndef NT_PCAP_ANNOTATE_H
#define NT_PCAP_ANNOTATE_H

#include <stddef.h>
#include <stdint.h>

const char *nt_annotate(const uint8_t *ip_packet, size_t len, char *buf, size_t cap);

#endif
