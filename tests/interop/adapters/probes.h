/* The data of tests/interop/README.md, for adapters in C: probes, told from each other and from other programs' by a magic and a
 * number, and echoes. No clock: the owner sends one after each nt_probes_interval. */
#ifndef NT_INTEROP_PROBES_H
#define NT_INTEROP_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_PROBE_LEN 200
#define NT_PROBES_WANTED 20 /* "until 20 different ones have come back" */

struct nt_probes {     /* zeroed, but for the magic */
    uint8_t magic[16]; /* random */
    uint32_t sent;
    uint32_t returned[NT_PROBES_WANTED]; /* the numbers of the first ones that came back */
    unsigned returned_count;
};

enum nt_probes_what {
    NT_PROBES_NOTHING = 0, /* passed over */
    NT_PROBES_ECHO,        /* the bytes are an echo now, to be sent back */
    NT_PROBES_DONE         /* the last of the wanted ones has come back: time for `data` */
};

void nt_probes_write(struct nt_probes *p, uint8_t bytes[NT_PROBE_LEN]);
enum nt_probes_what nt_probes_take(struct nt_probes *p, uint8_t *bytes, size_t len);
unsigned nt_probes_interval(const struct nt_probes *p); /* ms */

#endif
