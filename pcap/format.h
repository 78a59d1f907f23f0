/* Numbers of the pcapng format (draft-ietf-opsawg-pcapng) and of link types, shared by its writer and its reader. */
#ifndef NT_PCAP_FORMAT_H
#define NT_PCAP_FORMAT_H

enum nt_pcapng_block {
    NT_PCAPNG_SHB = 0x0a0d0d0a,
    NT_PCAPNG_IDB = 1,
    NT_PCAPNG_SPB = 3,
    NT_PCAPNG_NRB = 4,
    NT_PCAPNG_EPB = 6,
    NT_PCAPNG_JOURNAL = 9
};
#define NT_PCAPNG_CUSTOM 0x00000badu /* with 0x40000000: not to be copied */
#define NT_PCAPNG_MAGIC 0x1a2b3c4du

enum nt_pcapng_option {
    NT_OPT_END = 0,
    NT_OPT_COMMENT = 1,
    NT_OPT_IF_NAME = 2,
    NT_OPT_EPB_FLAGS = 2,
    NT_OPT_IF_DESCRIPTION = 3,
    NT_OPT_SHB_USERAPPL = 4,
    NT_OPT_IF_TSRESOL = 9,
    NT_OPT_IF_TSOFFSET = 14
};

enum { NT_NRB_END = 0, NT_NRB_IPV4 = 1, NT_NRB_IPV6 = 2 };

enum nt_linktype {
    NT_LINKTYPE_NULL = 0,
    NT_LINKTYPE_ETHERNET = 1,
    NT_DLT_RAW = 12, /* libpcap's number of raw IP on Linux */
    NT_LINKTYPE_RAW = 101,
    NT_LINKTYPE_LOOP = 108,
    NT_LINKTYPE_SLL = 113,
    NT_LINKTYPE_IPV4 = 228,
    NT_LINKTYPE_IPV6 = 229,
    NT_LINKTYPE_SLL2 = 276
};

#endif
