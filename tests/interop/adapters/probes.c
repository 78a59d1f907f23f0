#include "probes.h"

#include <string.h>

/* "a probe is a datagram of 32 to 1200 bytes whose first two bytes are 128 and 0"; an echo has "129 as the first byte" */
#define PROBE 128
#define ECHO 129
#define MAGIC_AT 2
#define PROBE_MIN 32
#define PROBE_MAX 1200
/* "a probe every 10 ms until 20 different ones have come back [...] and goes on with one every 100 ms" */
#define QUICK_MS 10
#define SLOW_MS 100

static uint8_t *number_of(const struct nt_probes *p, uint8_t *bytes)
{
    return bytes + MAGIC_AT + sizeof p->magic;
}

void nt_probes_write(struct nt_probes *p, uint8_t bytes[NT_PROBE_LEN])
{
    uint8_t *number = number_of(p, bytes);
    memset(bytes, 0, NT_PROBE_LEN);
    bytes[0] = PROBE;
    memcpy(bytes + MAGIC_AT, p->magic, sizeof p->magic);
    for (int i = 0; i < 4; i++)
        number[i] = (uint8_t)(p->sent >> 8 * (3 - i));
    p->sent++;
}

static bool is_ours(const struct nt_probes *p, const uint8_t *bytes, size_t len)
{
    return len == NT_PROBE_LEN && memcmp(bytes + MAGIC_AT, p->magic, sizeof p->magic) == 0;
}

/* true: it is the last one that was wanted. */
static bool count(struct nt_probes *p, uint32_t number)
{
    if (number >= p->sent || p->returned_count == NT_PROBES_WANTED)
        return false;
    for (unsigned i = 0; i < p->returned_count; i++)
        if (p->returned[i] == number)
            return false;
    p->returned[p->returned_count++] = number;
    return p->returned_count == NT_PROBES_WANTED;
}

enum nt_probes_what nt_probes_take(struct nt_probes *p, uint8_t *bytes, size_t len)
{
    if (len < PROBE_MIN || len > PROBE_MAX)
        return NT_PROBES_NOTHING;
    if (bytes[0] == PROBE) {
        bytes[0] = ECHO;
        return NT_PROBES_ECHO;
    }
    if (bytes[0] != ECHO || !is_ours(p, bytes, len))
        return NT_PROBES_NOTHING;
    const uint8_t *n = number_of(p, bytes);
    return count(p, (uint32_t)n[0] << 24 | (uint32_t)n[1] << 16 | (uint32_t)n[2] << 8 | n[3]) ? NT_PROBES_DONE : NT_PROBES_NOTHING;
}

unsigned nt_probes_interval(const struct nt_probes *p)
{
    return p->returned_count < NT_PROBES_WANTED ? QUICK_MS : SLOW_MS;
}
