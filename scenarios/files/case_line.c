#include "scenarios/files/case_line.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *nt_case_line_head(const struct nt_case_place *place, char head[NT_CASE_LINE_HEAD])
{
    snprintf(head, NT_CASE_LINE_HEAD, "{\"order\": %" PRIu64 ", \"of\": %" PRIu64 ", \"shards\": %" PRIu64 ", ", place->order,
             place->of, place->shards);
    return head;
}

/* Reads a number after the text `name` at *at, and moves *at behind it. */
static bool read_member(const char **at, const char *name, uint64_t *n)
{
    char *end;
    size_t len = strlen(name);
    if (strncmp(*at, name, len) != 0 || (*at)[len] < '0' || (*at)[len] > '9')
        return false;
    *n = strtoull(*at + len, &end, 10);
    *at = end;
    return true;
}

const char *nt_case_line_read(const char *line, size_t len, struct nt_case_place *place)
{
    const char *at = line;
    if (len < 2 || !read_member(&at, "{\"order\": ", &place->order) || !read_member(&at, ", \"of\": ", &place->of) ||
        !read_member(&at, ", \"shards\": ", &place->shards))
        return NULL;
    bool sound =
        place->order < place->of && place->of <= NT_CASE_PLACE_MAX && place->shards > 0 && place->shards <= NT_CASE_PLACE_MAX;
    return sound && strncmp(at, ", ", 2) == 0 ? at + 2 : NULL;
}
