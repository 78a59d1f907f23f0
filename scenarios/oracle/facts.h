/* What the oracle knows of a moment: symbolic transport addresses, and the set of facts that hold. An address is named by why
 * it exists and not by when, so that two schedules that come to the same moment have the same set of bits. */
#ifndef NT_ORACLE_FACTS_H
#define NT_ORACLE_FACTS_H

#include "scenarios/oracle/map.h"

#define NT_ORACLE_ADDRS_MAX 1024
#define NT_ORACLE_FACTS_MAX 4096
#define NT_ORACLE_WORDS (NT_ORACLE_FACTS_MAX / 64)
#define NT_ORACLE_BUCKETS 1024

enum nt_oracle_addr_kind { NT_ORACLE_HOST = 1, NT_ORACLE_SERVICE, NT_ORACLE_RELAY, NT_ORACLE_EXTERNAL };

/* What an external address was made for: the remote part of RFC 4787's mapping rule; BARRED: this remote alone, because the
 * rule's own port was taken for it. */
enum nt_oracle_for { NT_ORACLE_FOR_ALL = 0, NT_ORACLE_FOR_IP, NT_ORACLE_FOR_ADDR, NT_ORACLE_FOR_BARRED };

struct nt_oracle_addr {
    enum nt_oracle_addr_kind kind;
    uint16_t ip;
    uint8_t depth;  /* how many discoveries it took to come up */
    uint32_t node;  /* agent, server, gateway; of a relay: the server */
    uint16_t inner; /* external: the internal address; relay: its base */
    enum nt_oracle_for made_for;
    uint16_t remote; /* number of an ip or address; 0 for all */
    uint16_t next;   /* in its bucket */
};

enum nt_oracle_fact_kind {
    NT_ORACLE_MAPPED = 1, /* g, a: external, c: TRACKED or 0 */
    NT_ORACLE_ALLOWED,    /* g, a: external, or internal for the scope of an endpoint; b: remote ip or address; c: BY_IP, TRACKED */
    NT_ORACLE_FLOW,       /* g, a: internal, b: remote, c: external */
    NT_ORACLE_NEWEST,     /* g, a: internal, c: the external address that new flows use */
    NT_ORACLE_POISONED,   /* g, a: external, b: remote */
    NT_ORACLE_OPEN6,      /* g, a: internal; b, c as for ALLOWED; b 0, c 2: anybody */
    NT_ORACLE_KNOWN,      /* a: base, c: discovered address */
    NT_ORACLE_VALID,      /* a: base, b: remote */
    NT_ORACLE_GOOD,       /* a: enum nt_path_bit bit */
    NT_ORACLE_FLYING      /* c: number of a held packet */
};

enum { NT_ORACLE_BY_IP = 1, NT_ORACLE_TRACKED = 4 }; /* TRACKED: at a gateway where the order of first packets matters */

struct nt_oracle_fact {
    enum nt_oracle_fact_kind kind;
    uint32_t g;
    uint16_t a, b, c, next;
};

struct nt_oracle_facts {
    uint64_t words[NT_ORACLE_WORDS];
};

struct nt_oracle_table {
    struct nt_oracle_addr addrs[NT_ORACLE_ADDRS_MAX]; /* from 1 */
    struct nt_oracle_fact facts[NT_ORACLE_FACTS_MAX]; /* from 1 */
    size_t addr_count, fact_count;
    uint16_t addr_buckets[NT_ORACLE_BUCKETS], fact_buckets[NT_ORACLE_BUCKETS];
    struct nt_oracle_facts now;
    bool full; /* something did not fit: nothing can be told */
};

void nt_oracle_table_init(struct nt_oracle_table *t);
/* The number of this address, new or not; 0: full. kind, node, inner, made_for and remote name it; ip and depth come with it. */
uint16_t nt_oracle_addr(struct nt_oracle_table *t, const struct nt_oracle_addr *a);
uint16_t nt_oracle_addr_find(const struct nt_oracle_table *t, const struct nt_oracle_addr *a);
void nt_oracle_set(struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b, uint16_t c);
void nt_oracle_clear(struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b, uint16_t c);
bool nt_oracle_holds(const struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b,
                     uint16_t c);
/* The c for which the fact holds, the nth of them; 0: none. The order is that of first use ever, backwards. */
uint16_t nt_oracle_value(const struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b);
uint16_t nt_oracle_value_nth(const struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b,
                             size_t nth);
/* Is everything that only one of the two has a thing that can just as well hold from the start? What grows at a gateway without
 * tracking lets later packets further, and a packet that is lost there is one that was not sent yet. */
bool nt_oracle_harmless(const struct nt_oracle_table *t, const struct nt_oracle_facts *a, const struct nt_oracle_facts *b);
bool nt_oracle_same(const struct nt_oracle_facts *a, const struct nt_oracle_facts *b);

#endif
