/* Partitions: sets of nodes that cannot reach each other for a while, neither as neighbours nor as the two ends of a packet; or of
 * which one cannot reach the other. */
#ifndef NT_FABRIC_PARTITION_H
#define NT_FABRIC_PARTITION_H

#include "core/base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nt_fabric;

/* Packets from a node of `a` to a node of `b` and, unless `one_way`, those back are dropped from now on until `until`. Copies. 0,
 * NT_ENOMEM, NT_ELIMIT. */
int nt_fabric_partition(struct nt_fabric *f, const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count, bool one_way,
                        nt_time until);

bool nt_partition_separates(struct nt_fabric *f, uint32_t from, uint32_t to, nt_time now); /* forgets partitions that are over */
void nt_partition_free(struct nt_fabric *f);

#endif
