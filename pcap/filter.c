/* Words that mean nothing over raw IP, and names that would ask a resolver, are refused before libpcap sees them: a filter must
 * mean the same on every machine. */
#define _DEFAULT_SOURCE 1 /* libpcap's header names u_char and u_int */

#include "pcap/filter.h"

#include <pcap/pcap.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nt_bpf {
    struct bpf_program program;
};

static const char *const words[] = {
    "ah",
    "and",
    "broadcast",
    "dst",
    "esp",
    "gateway",
    "greater",
    "host",
    "icmp",
    "icmp-echo",
    "icmp-echoreply",
    "icmp-timxceed",
    "icmp-unreach",
    "icmp6",
    "icmp6-echo",
    "icmp6-echoreply",
    "icmp6type",
    "icmp6code",
    "icmpcode",
    "icmptype",
    "ip",
    "ip6",
    "len",
    "less",
    "mask",
    "multicast",
    "net",
    "not",
    "or",
    "port",
    "portrange",
    "proto",
    "protochain",
    "sctp",
    "src",
    "tcp",
    "tcp-ack",
    "tcp-fin",
    "tcp-push",
    "tcp-rst",
    "tcp-syn",
    "tcp-urg",
    "tcpflags",
    "udp",
};

static bool one_of(const char *const *list, size_t n, const char *word, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(list[i]) == len && memcmp(list[i], word, len) == 0)
            return true;
    return false;
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c != '\0' && strchr("_.:-", c) != NULL);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* A number, an address or a range: it needs no resolver. IPv6 addresses begin with a letter at times. */
static bool is_number(const char *w, size_t len)
{
    bool colon = memchr(w, ':', len) != NULL;
    for (size_t i = 0; i < len; i++)
        if (is_letter(w[i]) &&
            !((colon || (len > 2 && w[0] == '0' && (w[1] | 32) == 'x')) && strchr("abcdefABCDEFxX", w[i]) != NULL))
            return false;
    return true;
}

/* Says why in `what`; false: the word is allowed. */
static bool refuse_word(const char *w, size_t len, char *what, size_t cap)
{
    static const char *const links[] = {"ether", "vlan", "mpls", "pppoes", "pppoed", "wlan", "link", "arp", "rarp"};
    static const char *const ways[] = {"inbound", "outbound"};
    int n = len < 64 ? (int)len : 64;
    if (one_of(links, sizeof links / sizeof *links, w, len))
        snprintf(what, cap, "'%.*s' means nothing here: packets begin with their IP header", n, w);
    else if (one_of(ways, sizeof ways / sizeof *ways, w, len))
        snprintf(what, cap, "'%.*s' means nothing here: use 'direction: %s'", n, w, w[0] == 'i' ? "in" : "out");
    else if (!is_number(w, len) && !one_of(words, sizeof words / sizeof *words, w, len))
        snprintf(what, cap, "'%.*s' is not a word of these filters: write addresses and ports as numbers", n, w);
    else
        return false;
    return true;
}

/* `tcp-syn` is a word, `udp[4:2]-8` an expression: inside brackets only numbers and names without a colon count. */
static bool check_words(const char *filter, char *what, size_t cap)
{
    for (const char *p = filter; *p != '\0';) {
        if (!is_word_byte(*p)) {
            p++;
            continue;
        }
        const char *start = p;
        while (is_word_byte(*p))
            p++;
        if (refuse_word(start, (size_t)(p - start), what, cap))
            return false;
    }
    return true;
}

struct nt_bpf *nt_bpf_new(const char *filter, char *what, size_t cap)
{
    if (!check_words(filter, what, cap))
        return NULL;
    struct nt_bpf *b = calloc(1, sizeof *b);
    pcap_t *p = pcap_open_dead(DLT_RAW, 262144);
    if (b == NULL || p == NULL) {
        snprintf(what, cap, "no memory");
    } else if (pcap_compile(p, &b->program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        snprintf(what, cap, "%s", pcap_geterr(p));
    } else {
        pcap_close(p);
        return b;
    }
    if (p != NULL)
        pcap_close(p);
    free(b);
    return NULL;
}

bool nt_bpf_match(const struct nt_bpf *b, const uint8_t *ip_packet, size_t len)
{
    const struct pcap_pkthdr h = {.caplen = (bpf_u_int32)len, .len = (bpf_u_int32)len};
    return pcap_offline_filter(&b->program, &h, ip_packet) != 0;
}

void nt_bpf_del(struct nt_bpf *b)
{
    if (b == NULL)
        return;
    pcap_freecode(&b->program);
    free(b);
}
