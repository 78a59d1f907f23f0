#include "scenarios/apps/platform.h"
#include "core/base/err.h"
#include "core/base/map.h"
#include "core/sdp/sdp.h"
#include "scenarios/apps/sip_discard.h"

#include <stdlib.h>
#include <string.h>

#define USERS_MAX 100000

struct user {
    const char *name;
    struct nt_addr own, theirs;
};

struct message {
    uint32_t user;
    size_t len;
    uint8_t *bytes;
};

struct nt_platform {
    struct nt_trace trace;
    struct user *users;
    size_t user_count, user_cap, asked;
    struct message queue[NT_PLATFORM_QUEUE_MAX];
    size_t first, count;
};

struct nt_platform *nt_platform_new(const struct nt_trace *trace)
{
    struct nt_platform *p = calloc(1, sizeof *p);
    if (p != NULL)
        p->trace = *trace;
    return p;
}

void nt_platform_del(struct nt_platform *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->count; i++)
        free(p->queue[(p->first + i) % NT_PLATFORM_QUEUE_MAX].bytes);
    free(p->users);
    free(p);
}

int nt_platform_add(struct nt_platform *p, const char *user, const struct nt_addr *own, const struct nt_addr *theirs)
{
    int r = nt_grow(&p->users, &p->user_cap, p->user_count + 1, sizeof *p->users, USERS_MAX);
    if (r == NT_OK)
        p->users[p->user_count++] = (struct user){.name = user, .own = *own, .theirs = *theirs};
    return r;
}

static void discard_message(const struct nt_platform *p, enum nt_discard reason, const char *text, nt_time now)
{
    nt_trace_discard(&p->trace, &(struct nt_why){reason, text}, NULL, NULL, now);
}

static void forward_message(struct nt_platform *p, const char *to, const uint8_t *bytes, size_t len, nt_time now)
{
    uint32_t user = 0;
    while (user < p->user_count && strcmp(p->users[user].name, to) != 0)
        user++;
    if (user == p->user_count) {
        discard_message(p, NT_DISCARD_NO_RECIPIENT, "its user is not known here", now);
        return;
    }
    struct message *m = &p->queue[(p->first + p->count) % NT_PLATFORM_QUEUE_MAX];
    uint8_t *copy = p->count < NT_PLATFORM_QUEUE_MAX ? malloc(len) : NULL;
    if (copy == NULL) {
        discard_message(p, NT_DISCARD_NO_ROOM, p->count == NT_PLATFORM_QUEUE_MAX ? "64 messages wait to leave" : "out of memory",
                        now);
        return;
    }
    memcpy(copy, bytes, len);
    *m = (struct message){.user = user, .bytes = copy, .len = len};
    p->count++;
}

/* RFC 3261: a response goes back to From, a request to To. */
static void platform_input(void *self, const struct nt_path *path, enum nt_input kind, const uint8_t *bytes, size_t len,
                           nt_time now)
{
    struct nt_platform *p = self;
    struct nt_sip_message m;
    (void)path;
    if (kind == NT_IN_ICMP)
        discard_message(p, NT_DISCARD_UNUSED, "ICMP errors are not acted on", now);
    if (kind != NT_IN_DATAGRAM)
        return;
    int r = nt_sip_read(&m, (const char *)bytes, len);
    struct nt_why why = nt_sip_discard(r);
    if (r == NT_OK)
        forward_message(p, nt_sip_is_response(m.kind) ? m.from : m.to, bytes, len, now);
    else
        discard_message(p, why.reason, why.text, now);
}

static void platform_timer(void *self, nt_time now)
{
    (void)self;
    (void)now;
}

static size_t platform_output(void *self, struct nt_path *path, uint8_t *buf, size_t cap, nt_time now)
{
    struct nt_platform *p = self;
    (void)now;
    if (p->count == 0)
        return 0;
    struct message m = p->queue[p->first];
    p->first = (p->first + 1) % NT_PLATFORM_QUEUE_MAX;
    p->count--;
    size_t len = m.len <= cap ? m.len : 0; /* always: it came in one datagram */
    memcpy(buf, m.bytes, len);
    free(m.bytes);
    *path = (struct nt_path){.transport = NT_UDP, .local = p->users[m.user].own, .remote = p->users[m.user].theirs};
    return len;
}

static nt_time platform_deadline(const void *self)
{
    (void)self;
    return NT_TIME_NEVER;
}

static int platform_request(void *self, struct nt_request *req)
{
    struct nt_platform *p = self;
    if (p->asked == p->user_count)
        return 0;
    *req = (struct nt_request){.kind = NT_REQ_BIND,
                               .path = {.transport = NT_UDP, .id = (uint32_t)p->asked, .local = p->users[p->asked].own}};
    p->asked++;
    return 1;
}

struct nt_endpoint nt_platform_endpoint(struct nt_platform *p)
{
    static const struct nt_endpoint_ops ops = {platform_input, platform_timer, platform_output, platform_deadline,
                                               platform_request};
    return (struct nt_endpoint){.ops = &ops, .self = p};
}
