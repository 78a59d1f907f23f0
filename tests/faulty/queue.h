/* Datagrams that wait for their time, in the order in which they are due. */
#ifndef FAULTY_QUEUE_H
#define FAULTY_QUEUE_H

#include "core/base/endpoint.h"

#include <stdbool.h>
#include <stddef.h>

struct queued {
    nt_time due;
    struct nt_path path;
    size_t len;
    uint8_t *bytes;
};

struct queue {
    struct queued *items;
    size_t count, cap;
};

void queue_free(struct queue *q);
void queue_add(struct queue *q, const struct nt_path *path, const uint8_t *bytes, size_t len, nt_time due);
bool queue_take(struct queue *q, nt_time now, struct queued *out); /* the caller frees out->bytes */
nt_time queue_deadline(const struct queue *q);

#endif
