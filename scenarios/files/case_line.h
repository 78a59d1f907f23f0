/* One line of cases.jsonl, or of a rank's log: a finished case with its place in the whole run. */
#ifndef NT_FILES_CASE_LINE_H
#define NT_FILES_CASE_LINE_H

#include <stddef.h>
#include <stdint.h>

#define NT_CASE_PLACE_MAX UINT32_MAX /* of cases and of shards */

/* The case is number `order` of `of` cases, which were divided among `shards` processes (1: not divided). */
struct nt_case_place {
    uint64_t order, of, shards;
};

#define NT_CASE_LINE_HEAD 120

/* What stands in the line for the '{' of the case's JSON. Returns `head`. */
const char *nt_case_line_head(const struct nt_case_place *place, char head[NT_CASE_LINE_HEAD]);
/* Reads the place and returns where the rest of the case's JSON begins, without its '{'. NULL: malformed. */
const char *nt_case_line_read(const char *line, size_t len, struct nt_case_place *place);

#endif
