/* For tests: a small call in a world that runs in virtual time.
 *
 *   L --- home-left --- nat-left --- internet --- R
 *                                    stun, platform
 */
#ifndef NT_TEST_SMALL_H
#define NT_TEST_SMALL_H

#include "scenarios/world/nodes.h"
#include "scenarios/world/parties.h"
#include "scenarios/world/steps.h"
#include "scenarios/world/world.h"
#include "tests/unit/loaded.h"

#include <stdio.h>

#define SMALL_TOP                                                                                                                  \
    "natsim: 1\n"                                                                                                                  \
    "claim: A call.\n"                                                                                                             \
    "networks:\n"                                                                                                                  \
    "  internet:  {ipv4: 203.0.113.0/24, delay: 20ms}\n"                                                                           \
    "  home-left: {ipv4: 10.1.0.0/24, delay: 1ms}\n"                                                                               \
    "gateways:\n"                                                                                                                  \
    "  nat-left: {inside: home-left, outside: internet, nat: full-cone}\n"                                                         \
    "servers:\n"                                                                                                                   \
    "  stun:     {on: internet, kind: stun}\n"                                                                                     \
    "  platform: {on: internet, kind: platform}\n"
#define SMALL_AGENTS                                                                                                               \
    "agents:\n"                                                                                                                    \
    "  L: {on: home-left, role: controlling, stun: [stun]}\n"                                                                      \
    "  R: {on: internet, role: controlled, stun: [stun]}\n"
#define SMALL_CALL "  - {at: 0s, call: {from: L, to: R}}\n"
#define SMALL SMALL_TOP SMALL_AGENTS "steps:\n" SMALL_CALL

enum { L = 0, R = 1 };
enum { STUN = 0, PLATFORM = 1 };

struct small {
    struct nt_scn_file *file;
    struct nt_scn_case *scn;
    struct nt_capture capture;
    struct nt_world *w;
};

static inline struct nt_scn_node agent_node(uint32_t i)
{
    return (struct nt_scn_node){NT_SCN_NODE_AGENT, i};
}

static inline struct nt_scn_node server_node(uint32_t i)
{
    return (struct nt_scn_node){NT_SCN_NODE_SERVER, i};
}

/* The case without its world. */
static inline void small_load(struct small *s, const char *text)
{
    *s = (struct small){.file = load(text)};
    s->scn = cell(s->file, 0);
    nt_capture_init(&s->capture);
}

static inline void small_new(struct small *s, const char *text)
{
    small_load(s, text);
    s->w = nt_world_new(s->scn, 1, NULL, NULL, &s->capture);
    assert_non_null(s->w);
}

static inline void small_run(struct small *s, nt_time until)
{
    enum nt_fabric_end end = nt_fabric_run(nt_world_fabric(s->w), until);
    assert_true(end == NT_FABRIC_UNTIL || end == NT_FABRIC_IDLE);
}

static inline void small_free(struct small *s)
{
    nt_world_del(s->w);
    nt_capture_free(&s->capture);
    nt_scn_case_del(s->scn);
    nt_scn_file_del(s->file);
}

static inline const struct nt_observed *small_event(const struct small *s, struct nt_scn_node n, const char *event)
{
    return nt_observer_find(nt_world_observer(s->w), n, event);
}

#endif
