/* What tests of an agent's parts share: addresses, a record whose trace events are kept, tables of candidates. */
#ifndef PARTS_H
#define PARTS_H

#include <stdio.h>
#include <string.h>

#include "tests/unit/help.h"

#include "core/base/err.h"
#include "core/ice/candidates.h"

#define TOLD_MAX 4096

struct parts {
    struct nt_trace trace;
    struct nt_trace_event told[TOLD_MAX];
    int count;
    struct nt_ice_record *record;
    struct nt_ice_candidates *own, *remotes;
};

static inline void keep_event(void *user, const struct nt_trace_event *ev)
{
    struct parts *p = user;
    p->told[p->count++ % TOLD_MAX] = *ev;
}

static inline void parts_init(struct parts *p)
{
    memset(p, 0, sizeof *p);
    p->trace = (struct nt_trace){keep_event, p, 0};
    p->record = nt_ice_record_new(&p->trace);
    assert_non_null(p->record);
    p->own = nt_ice_candidates_new(p->record);
    assert_non_null(p->own);
    p->remotes = nt_ice_candidates_new(p->record);
    assert_non_null(p->remotes);
}

static inline void parts_free(struct parts *p)
{
    nt_ice_candidates_del(p->own);
    nt_ice_candidates_del(p->remotes);
    nt_ice_record_del(p->record);
}

/* The last event of a kind; NULL: none. */
static inline const struct nt_trace_event *last_told(const struct parts *p, enum nt_trace_kind kind)
{
    for (int i = p->count; i-- > 0;)
        if (p->told[i % TOLD_MAX].kind == kind)
            return &p->told[i % TOLD_MAX];
    return NULL;
}

static inline struct nt_ice_entry gathered(enum nt_ice_type type, const char *text, const char *base, const char *server,
                                           uint32_t rank)
{
    struct nt_ice_entry e = {
        .c = {.type = type, .stream = 1, .component = 1, .transport = NT_UDP, .addr = addr(text), .base = addr(base)},
        .via = {.relay = NT_ICE_DIRECT},
        .rank = rank,
        .told = true};
    if (server != NULL)
        e.server = addr(server);
    return e;
}

/* `n` host candidates of ours: 10.0.0.1:5000, 10.0.1.1:5000, ... */
static inline void add_hosts(struct parts *p, unsigned n)
{
    assert_int_equal(nt_ice_candidates_reserve(p->own, n, 1000), NT_OK);
    for (unsigned i = 0; i < n; i++) {
        char text[32];
        snprintf(text, sizeof text, "10.0.%u.1:5000", i);
        struct nt_ice_entry e = gathered(NT_ICE_HOST, text, text, NULL, i);
        e.via.base = (uint16_t)i;
        nt_ice_candidates_add(p->own, &e, true);
    }
}

static inline uint32_t add_remote(struct parts *p, enum nt_ice_type type, const char *text, uint32_t priority,
                                  const char *foundation)
{
    struct nt_ice_candidate c = {
        .type = type, .stream = 1, .component = 1, .transport = NT_UDP, .addr = addr(text), .priority = priority};
    strcpy(c.foundation, foundation);
    assert_int_equal(nt_ice_candidates_reserve(p->remotes, 1, 1000), NT_OK);
    assert_true(nt_ice_candidates_signalled(p->remotes, &c));
    return nt_ice_candidates_find(p->remotes, 1, 1, &c.addr);
}

#endif
