/* A moment of a call as the oracle sees it: symbolic transport addresses, and the set of facts that hold. An address is named after
 * the reason for which it exists, so that two schedules that lead to the same moment have the same set of bits. */
#ifndef NT_ORACLE_FACTS_H
#define NT_ORACLE_FACTS_H

#include "scenarios/oracle/map.h"

#define NT_ORACLE_ADDRS_MAX 1024
#define NT_ORACLE_FACTS_MAX 4096
#define NT_ORACLE_WORDS (NT_ORACLE_FACTS_MAX / 64)
#define NT_ORACLE_BUCKETS 1024

enum nt_oracle_addr_kind { NT_ORACLE_HOST = 1, NT_ORACLE_SERVICE, NT_ORACLE_RELAY, NT_ORACLE_EXTERNAL };

/* The remotes that an external address was mapped for, by RFC 4787's mapping rule. BARRED: for this remote alone, because poison
 * bars the port that the rule gives. */
enum nt_oracle_for { NT_ORACLE_FOR_ALL = 0, NT_ORACLE_FOR_IP, NT_ORACLE_FOR_ADDR, NT_ORACLE_FOR_BARRED };

struct nt_oracle_addr {
    enum nt_oracle_addr_kind kind;
    uint16_t ip;
    uint8_t depth;  /* how many discoveries led to it */
    uint32_t node;  /* agent, server, gateway; of a relay: the server */
    uint16_t inner; /* external: the internal address; relay: its base */
    enum nt_oracle_for made_for;
    uint16_t remote; /* number of an ip or address; 0 for all */
    uint16_t next;   /* in its bucket */
};

enum nt_oracle_fact_kind {
    NT_ORACLE_FACT_MAPPED = 1, /* g, a: external, c: TRACKED or 0 */
    NT_ORACLE_FACT_ALLOWED,  /* g, a: external, or internal for the scope of an endpoint; b: remote ip or address; c: BY_IP, TRACKED
                              */
    NT_ORACLE_FACT_FLOW,     /* g, a: internal, b: remote, c: external */
    NT_ORACLE_FACT_NEWEST,   /* g, a: internal, c: the external address that new flows use */
    NT_ORACLE_FACT_POISONED, /* g, a: external, b: remote */
    NT_ORACLE_FACT_OPEN6,    /* g, a: internal; b, c as for ALLOWED; b 0, c 2: anybody */
    NT_ORACLE_FACT_CAME_IN,  /* g, a: internal, b: remote: where `allow` does not name it, answers may go back */
    NT_ORACLE_FACT_KNOWN,    /* a: base, c: discovered address */
    NT_ORACLE_FACT_VALID,    /* a: base, b: remote */
    NT_ORACLE_FACT_GOOD,     /* a: enum nt_path_bit bit */
    NT_ORACLE_FACT_HELD      /* c: number of a held request */
};

enum { NT_ORACLE_BY_IP = 1, NT_ORACLE_TRACKED = 4 }; /* TRACKED: at a gateway where the order of first packets matters */

struct nt_oracle_fact {
    enum nt_oracle_fact_kind kind;
    uint32_t g;
    uint16_t a, b, c, next;
};

struct nt_oracle_moment {
    uint64_t words[NT_ORACLE_WORDS];
};

struct nt_oracle_table {
    struct nt_oracle_addr addrs[NT_ORACLE_ADDRS_MAX]; /* from 1 */
    struct nt_oracle_fact facts[NT_ORACLE_FACTS_MAX]; /* from 1 */
    size_t addr_count, fact_count;
    uint16_t addr_buckets[NT_ORACLE_BUCKETS], fact_buckets[NT_ORACLE_BUCKETS];
    struct nt_oracle_moment now;
    const char *limit; /* the first that was reached, NULL: none. Then the oracle cannot tell, and this says why */
};

void nt_oracle_table_init(struct nt_oracle_table *t);
void nt_oracle_table_limit(struct nt_oracle_table *t, const char *why); /* static */
/* The number of this address, which is added if it is new; 0: the table is full. Key: kind, node, inner, made_for, remote. */
uint16_t nt_oracle_addr_number(struct nt_oracle_table *t, const struct nt_oracle_addr *a);
uint16_t nt_oracle_addr_known(const struct nt_oracle_table *t, const struct nt_oracle_addr *a);
void nt_oracle_fact_set(struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b, uint16_t c);
void nt_oracle_fact_clear(struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b, uint16_t c);
bool nt_oracle_fact_holds(const struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b,
                          uint16_t c);
/* The c for which the fact holds, or the nth of them; 0: none. The order is from the last that was ever added to the first. */
uint16_t nt_oracle_fact_value(const struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a, uint16_t b);
uint16_t nt_oracle_fact_value_nth(const struct nt_oracle_table *t, enum nt_oracle_fact_kind kind, uint32_t g, uint16_t a,
                                  uint16_t b, size_t nth);
/* Do the two differ only in facts that might as well hold from the start? State of a gateway that is not order-sensitive only lets
 * later packets go further, and a packet that is lost there might as well not have been sent yet. */
bool nt_oracle_moments_differ_unordered(const struct nt_oracle_table *t, const struct nt_oracle_moment *a,
                                        const struct nt_oracle_moment *b);
bool nt_oracle_moments_equal(const struct nt_oracle_moment *a, const struct nt_oracle_moment *b);

#endif
