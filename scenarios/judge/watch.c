#include "scenarios/judge/watch.h"
#include "core/base/err.h"
#include "natsim/fabric/fabric.h"
#include "pcap/filter.h"
#include "scenarios/apps/data_flow.h"
#include "scenarios/judge/conformance_input.h"
#include "scenarios/world/parties.h"

#include <stdlib.h>
#include <string.h>

struct counter { /* of one expectation */
    struct nt_bpf *filter;
    char wrong[200]; /* "": nothing */
    int64_t count;
};

struct sought {           /* an agent's data, at servers */
    const uint8_t *magic; /* NULL: not known yet */
    bool seen;
    nt_time due; /* of the latest that was seen: the pair may have been another one before */
};

struct nt_watch {
    const struct nt_world *w;
    const struct nt_scn_case *scn;
    struct nt_conformance conformance;
    struct counter *counters; /* by expectation */
    size_t counter_count;
    bool *at_server; /* by tap */
    size_t tap_count;
    struct sought *sought;         /* by agent */
    struct nt_size_limits *limits; /* by agent */
};

/* --- expect.packets --- */

/* A platform has a link to each agent: "platform.signalling" stands for all of them. */
static bool is_tap(const struct nt_capture_tap *t, const char *name)
{
    size_t len = strlen(name);
    return strncmp(t->name, name, len) == 0 &&
           (t->name[len] == '\0' || (t->name[len] == '.' && strstr(name, ".signalling") != NULL));
}

static void count_packet(struct nt_watch *watch, const struct nt_capture *c, const struct nt_capture_frame *f)
{
    const struct nt_scn_expect *e = &nt_world_case(watch->w)->expect;
    for (size_t i = 0; i < watch->counter_count; i++) {
        const struct nt_scn_packets_expect *p = &e->packets[i];
        struct counter *counter = &watch->counters[i];
        if ((p->direction == 0 || f->direction == p->direction) && is_tap(&c->taps[f->tap], p->tap) &&
            (counter->filter == NULL || nt_bpf_match(counter->filter, nt_capture_bytes(c, f), f->len)))
            counter->count++;
    }
}

static int make_counters(struct nt_watch *watch)
{
    const struct nt_scn_expect *e = &nt_world_case(watch->w)->expect;
    watch->counters = calloc(e->packet_count + 1, sizeof *watch->counters);
    if (watch->counters == NULL)
        return NT_ENOMEM;
    watch->counter_count = e->packet_count;
    for (size_t i = 0; i < e->packet_count; i++)
        if (e->packets[i].filter != NULL)
            watch->counters[i].filter = nt_bpf_new(e->packets[i].filter, watch->counters[i].wrong, sizeof watch->counters[i].wrong);
    return NT_OK;
}

int64_t nt_watch_packets(const struct nt_watch *watch, size_t i, const char **wrong)
{
    const struct counter *counter = &watch->counters[i];
    bool has_filter = nt_world_case(watch->w)->expect.packets[i].filter != NULL;
    *wrong = has_filter && counter->filter == NULL ? counter->wrong : NULL;
    return counter->count;
}

/* --- data at servers --- */

static const uint8_t *find_magic(const uint8_t *bytes, size_t len, const uint8_t *magic)
{
    const uint8_t *p = bytes, *end = bytes + len;
    while ((size_t)(end - p) >= NT_DATA_MAGIC && (p = memchr(p, magic[0], (size_t)(end - p) - NT_DATA_MAGIC + 1)) != NULL) {
        if (memcmp(p, magic, NT_DATA_MAGIC) == 0)
            return p;
        p++;
    }
    return NULL;
}

/* When the datagram whose magic stands there was due. */
static nt_time due_time(const struct nt_watch *watch, uint32_t agent, const uint8_t *magic, size_t len)
{
    struct nt_party p = nt_world_party(watch->w, agent);
    struct nt_data_count data = p.ops->data(p.self);
    uint8_t index;
    uint32_t number;
    if (!nt_data_read(magic - NT_DATA_MAGIC_AT, len + NT_DATA_MAGIC_AT, data.magic, &index, &number) || index >= data.flow_count)
        return 0;
    return nt_data_flow_due(&data.flows[index], number);
}

static void look_for_data(struct nt_watch *watch, uint32_t agent, const uint8_t *bytes, size_t len)
{
    struct sought *s = &watch->sought[agent];
    if (s->magic == NULL) {
        struct nt_party p = nt_world_party(watch->w, agent);
        s->magic = p.ops->data(p.self).magic;
    }
    const uint8_t *at = s->magic != NULL ? find_magic(bytes, len, s->magic) : NULL;
    if (at == NULL)
        return;
    s->seen = true;
    nt_time due = at - bytes >= NT_DATA_MAGIC_AT ? due_time(watch, agent, at, len - (size_t)(at - bytes)) : 0;
    s->due = due > s->due ? due : s->due;
}

/* --- data that does not fit --- */

/* A packet is dropped for its size: is it this agent's data? */
static void note_too_large(struct nt_watch *watch, uint32_t agent, const struct nt_capture *c, const struct nt_capture_frame *f,
                           uint32_t number)
{
    struct nt_party p = nt_world_party(watch->w, agent);
    struct nt_data_count data = p.ops->data(p.self);
    const uint8_t *packet = nt_capture_bytes(c, f);
    const uint8_t *magic = data.magic != NULL ? find_magic(packet, f->len, data.magic) : NULL;
    uint8_t index;
    uint32_t datagram;
    if (magic == NULL || magic - packet < NT_DATA_MAGIC_AT)
        return;
    uint32_t at = (uint32_t)(magic - packet) - NT_DATA_MAGIC_AT;
    if (!nt_data_read(packet + at, f->len - at, data.magic, &index, &datagram) || index >= data.flow_count)
        return;
    const struct nt_scn_send *run = &data.flows[index].run;
    struct nt_size_limit dropped = {.mtu = f->mtu, .tap = f->tap, .df = run->df, .packet = number};
    nt_size_limits_note(&watch->limits[agent], packet, f->len, at, run->bytes, &dropped);
}

const struct nt_size_limits *nt_watch_size_limits(const struct nt_watch *watch)
{
    return watch->limits;
}

static int find_servers(struct nt_watch *watch)
{
    const struct nt_observer *o = nt_world_observer(watch->w);
    watch->tap_count = o->capture->tap_count;
    watch->at_server = calloc(watch->tap_count + 1, sizeof *watch->at_server);
    watch->sought = calloc(nt_world_case(watch->w)->agent_count + 1, sizeof *watch->sought);
    watch->limits = calloc(nt_world_case(watch->w)->agent_count + 1, sizeof *watch->limits);
    if (watch->at_server == NULL || watch->sought == NULL || watch->limits == NULL)
        return NT_ENOMEM;
    for (uint32_t t = 0; t < watch->tap_count; t++) {
        uint32_t node = nt_fabric_tap_node(nt_world_fabric(watch->w), t);
        watch->at_server[t] = nt_observer_node_at(o, node).kind == NT_SCN_NODE_SERVER;
    }
    return NT_OK;
}

bool nt_watch_saw_at_server(const struct nt_watch *watch, uint32_t agent, nt_time since)
{
    return watch->sought[agent].seen && watch->sought[agent].due >= since;
}

/* --- all of it --- */

static void watch_frame(void *user, const struct nt_capture *c, const struct nt_capture_frame *f, uint32_t number)
{
    struct nt_watch *watch = user;
    const struct nt_scn_case *scn = watch->scn;
    nt_conformance_frame(&watch->conformance, c, f, number);
    if (watch->counter_count > 0)
        count_packet(watch, c, f);
    if (scn->caller != NT_SCN_NONE && f->direction == NT_DIR_IN && f->tap < watch->tap_count && watch->at_server[f->tap]) {
        look_for_data(watch, scn->caller, nt_capture_bytes(c, f), f->len);
        look_for_data(watch, scn->callee, nt_capture_bytes(c, f), f->len);
    }
    if (scn->caller != NT_SCN_NONE && f->mtu != 0) {
        note_too_large(watch, scn->caller, c, f, number);
        note_too_large(watch, scn->callee, c, f, number);
    }
}

struct nt_watch *nt_watch_new(const struct nt_world *w, bool real_time)
{
    struct nt_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return NULL;
    watch->w = w;
    watch->scn = nt_world_case(w);
    if (nt_conformance_begin(&watch->conformance, w, real_time) != NT_OK || make_counters(watch) != NT_OK ||
        find_servers(watch) != NT_OK) {
        nt_watch_del(watch);
        return NULL;
    }
    nt_capture_add_reader(nt_world_observer(w)->capture, &(struct nt_capture_reader){.frame = watch_frame, .user = watch});
    return watch;
}

void nt_watch_stopped(struct nt_watch *watch)
{
    for (uint32_t i = 0; i < watch->scn->agent_count; i++)
        if (watch->scn->agents[i].exec != NULL)
            nt_conformance_stopped(&watch->conformance, i, nt_world_now(watch->w));
}

int nt_watch_conformance(struct nt_watch *watch, struct nt_conf_verdict *verdict)
{
    return nt_conformance_end(&watch->conformance, nt_world_now(watch->w), verdict);
}

void nt_watch_del(struct nt_watch *watch)
{
    if (watch == NULL)
        return;
    nt_capture_remove_reader(nt_world_observer(watch->w)->capture, watch);
    for (size_t i = 0; i < watch->counter_count; i++)
        nt_bpf_del(watch->counters[i].filter);
    nt_conformance_free(&watch->conformance);
    free(watch->counters);
    free(watch->at_server);
    free(watch->sought);
    free(watch->limits);
    free(watch);
}
