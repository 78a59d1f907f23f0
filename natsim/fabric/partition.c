#include "natsim/fabric/partition.h"
#include "core/base/err.h"
#include "natsim/fabric/fabric_state.h"

#include <stdlib.h>
#include <string.h>

#define NT_PARTITIONS_MAX 65536

struct nt_partition {
    uint32_t *a, *b; /* sorted */
    size_t a_count, b_count;
    bool one_way; /* from a to b */
    nt_time until;
};

static int by_number(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static uint32_t *sorted_copy(const uint32_t *nodes, size_t count)
{
    uint32_t *copy = malloc((count > 0 ? count : 1) * sizeof *copy);
    if (copy != NULL && count > 0) {
        memcpy(copy, nodes, count * sizeof *copy);
        qsort(copy, count, sizeof *copy, by_number);
    }
    return copy;
}

int nt_fabric_partition(struct nt_fabric *f, const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count, bool one_way,
                        nt_time until)
{
    int r = nt_grow(&f->partitions, &f->partition_cap, f->partition_count + 1, sizeof *f->partitions, NT_PARTITIONS_MAX);
    if (r != NT_OK)
        return r;
    struct nt_partition p = {.a = sorted_copy(a, a_count),
                             .b = sorted_copy(b, b_count),
                             .a_count = a_count,
                             .b_count = b_count,
                             .one_way = one_way,
                             .until = until};
    if (p.a == NULL || p.b == NULL) {
        free(p.a);
        free(p.b);
        return NT_ENOMEM;
    }
    f->partitions[f->partition_count++] = p;
    return NT_OK;
}

static void remove_partition(struct nt_fabric *f, size_t i)
{
    free(f->partitions[i].a);
    free(f->partitions[i].b);
    f->partitions[i] = f->partitions[--f->partition_count];
}

static bool contains(const uint32_t *nodes, size_t count, uint32_t node)
{
    return bsearch(&node, nodes, count, sizeof node, by_number) != NULL;
}

bool nt_partition_separates(struct nt_fabric *f, uint32_t from, uint32_t to, nt_time now)
{
    for (size_t i = 0; i < f->partition_count;) {
        const struct nt_partition *p = f->partitions + i;
        if (now >= p->until)
            remove_partition(f, i);
        else if ((contains(p->a, p->a_count, from) && contains(p->b, p->b_count, to)) ||
                 (!p->one_way && contains(p->b, p->b_count, from) && contains(p->a, p->a_count, to)))
            return true;
        else
            i++;
    }
    return false;
}

void nt_partition_free(struct nt_fabric *f)
{
    while (f->partition_count > 0)
        remove_partition(f, f->partition_count - 1);
    free(f->partitions);
}
