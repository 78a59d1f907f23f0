/* The bytes of a packet on the page, in base64: a string of JSON. */
#ifndef NT_PAGE_PACKET_BYTES_H
#define NT_PAGE_PACKET_BYTES_H

#include "pcap/capture.h"
#include "reports/result/text.h"

#define NT_PAGE_PACKET_MAX 1500 /* bytes of a packet; of longer ones the first */
#define NT_PAGE_PACKET_DATA 64  /* of what carries nothing but data: its headers, and how the data begin */

void nt_page_packet_bytes(struct nt_text *t, const struct nt_capture *c, const struct nt_capture_frame *f);

#endif
