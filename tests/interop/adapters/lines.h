/* An adapter's half of tests/interop/README.md, for adapters in C: lines of JSON in and out, and what `start` says. */
#ifndef NT_INTEROP_LINES_H
#define NT_INTEROP_LINES_H

#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NT_LINE_MAX 65536 /* "one object a line, UTF-8, at most 64 KiB" */
#define NT_LINES_SERVERS_MAX 16
#define NT_LINES_UNSUPPORTED 127 /* "not supported here": the exit status */

struct nt_lines { /* zeroed: nothing read yet */
    char buf[NT_LINE_MAX];
    size_t begin, end;
    bool skipping; /* the rest of a line that is too long */
};

/* Reads once what `fd` has; waits if it has nothing and blocks. false: it has ended. Call nt_lines_next until NULL after it. */
bool nt_lines_fill(struct nt_lines *l, int fd);
/* The next object, the caller's to release; NULL: none yet. A line that is too long or no object is logged and passed over. */
json_t *nt_lines_next(struct nt_lines *l);
/* Whether the line is of this kind: its "t". */
bool nt_lines_is(const json_t *line, const char *t);
/* Writes one object, given as for json_pack, to standard output. */
void nt_lines_say(const char *format, ...);
/* Says why on standard error and ends the program: the case is skipped. */
_Noreturn void nt_lines_unsupported(const char *why);

struct nt_lines_server {
    bool turn, tcp;
    char ip[INET6_ADDRSTRLEN];
    uint16_t port;
    const char *user, *credential; /* of a TURN server; the line's, and never NULL */
};

struct nt_lines_start {
    bool controlling, offerer, relay_only;
    struct nt_lines_server servers[NT_LINES_SERVERS_MAX]; /* one for each address of each URL; what is beyond is logged */
    size_t server_count;
};

/* Names are resolved. STUN and TURN over TLS or DTLS are unsupported. `line` must outlive *start. */
void nt_lines_read_start(struct nt_lines_start *start, const json_t *line);

#endif
