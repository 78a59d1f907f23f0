/* The list of judges. Frames are read into a view as they go by. Those that see each datagram, relayed data too, are shown each
 * item at once; the others walk at the end what the view has kept. */
#include "reports/conformance/conformance.h"

#include "core/base/err.h"
#include "reports/conformance/finding.h"
#include "reports/conformance/rfc3261.h"
#include "reports/conformance/rfc7675.h"
#include "reports/conformance/rfc8445.h"
#include "reports/conformance/rfc8445_limit.h"
#include "reports/conformance/rfc8445_pairs.h"
#include "reports/conformance/rfc8445_roles.h"
#include "reports/conformance/rfc8489.h"
#include "reports/conformance/rfc8489_discarded.h"
#include "reports/conformance/rfc8489_form.h"
#include "reports/conformance/rfc8489_long_term.h"
#include "reports/conformance/rfc8489_long_term_server.h"
#include "reports/conformance/rfc8489_redirect.h"
#include "reports/conformance/rfc8489_short_term.h"
#include "reports/conformance/rfc8489_timing.h"
#include "reports/conformance/rfc8656_client.h"
#include "reports/conformance/rfc8656_released.h"
#include "reports/conformance/rfc8656_server.h"
#include "reports/conformance/rfc8839.h"
#include "reports/conformance/rfc8863.h"
#include "reports/conformance/walk.h"

#include <stdlib.h>

static void (*const judges[])(struct nt_finder *) = {
    nt_rfc8489_form_judge,      nt_rfc8489_judge,
    nt_rfc8489_discarded_judge, nt_rfc8489_short_term_judge,
    nt_rfc8489_long_term_judge, nt_rfc8489_long_term_server_judge,
    nt_rfc8489_redirect_judge,  nt_rfc8489_timing_judge,
    nt_rfc8445_judge,           nt_rfc8445_roles_judge,
    nt_rfc8445_pairs_judge,     nt_rfc8839_judge,
    nt_rfc7675_judge,           nt_rfc8863_judge,
    nt_rfc8445_limit_judge,     nt_rfc8656_released_judge,
    nt_rfc3261_judge,
};

struct nt_conf {
    struct nt_conf_input in;
    struct nt_view v;
    struct nt_conf_verdict verdict;
    struct nt_finder finder;
    struct nt_relay_view client, server;
};

static void show_item(void *user, const struct nt_item *m, uint32_t self)
{
    struct nt_conf *conf = user;
    nt_rfc8656_client_item(&conf->client, m, self);
    nt_rfc8656_server_item(&conf->server, m);
}

struct nt_conf *nt_conf_new(const struct nt_conf_input *in)
{
    struct nt_conf *conf = malloc(sizeof *conf);
    if (conf == NULL)
        return NULL;
    conf->in = *in;
    conf->verdict = (struct nt_conf_verdict){0};
    conf->finder = (struct nt_finder){.v = &conf->v, .verdict = &conf->verdict};
    int r = nt_view_init(&conf->v, &conf->in);
    conf->finder.err = r == NT_OK ? nt_finder_init(&conf->finder) : r;
    conf->v.show = show_item;
    conf->v.show_user = conf;
    nt_relay_view_init(&conf->client, &conf->finder);
    nt_relay_view_init(&conf->server, &conf->finder);
    return conf;
}

void nt_conf_frame(struct nt_conf *conf, const struct nt_capture *c, const struct nt_capture_frame *f, uint32_t number)
{
    int r = conf->finder.err == NT_OK ? nt_view_frame(&conf->v, c, f, number) : NT_OK;
    if (r != NT_OK)
        conf->finder.err = r;
}

_Static_assert(NT_RULE_COUNT <= NT_CONF_RULES_MAX, "each rule has a bit");

static void note_exercised(const struct nt_finder *finder, struct nt_conf_verdict *verdict)
{
    for (size_t i = 0; i < NT_RULE_COUNT; i++) {
        verdict->exercised += finder->exercised[i];
        verdict->exercised_rules[i / 64] |= (uint64_t)finder->exercised[i] << (i % 64);
    }
}

int nt_conf_end(struct nt_conf *conf, nt_time end, struct nt_conf_verdict *verdict)
{
    struct nt_finder *finder = &conf->finder;
    if (finder->err == NT_OK)
        finder->err = nt_view_end(&conf->v, end);
    if (finder->err == NT_OK)
        nt_finder_bind(finder);
    for (size_t i = 0; i < sizeof judges / sizeof *judges && finder->err == NT_OK; i++)
        judges[i](finder);
    nt_finder_end(finder);
    *verdict = conf->verdict;
    conf->verdict = (struct nt_conf_verdict){0};
    note_exercised(finder, verdict);
    verdict->cut = conf->v.cut;
    verdict->cut_why = conf->v.cut_why;
    nt_conf_verdict_sort(verdict);
    int err = finder->err;
    if (err != NT_OK)
        nt_conf_verdict_free(verdict);
    nt_conf_del(conf);
    return err;
}

void nt_conf_del(struct nt_conf *conf)
{
    if (conf == NULL)
        return;
    nt_relay_view_free(&conf->client);
    nt_relay_view_free(&conf->server);
    nt_view_free(&conf->v);
    nt_finder_free(&conf->finder);
    nt_conf_verdict_free(&conf->verdict);
    free(conf);
}

int nt_conf_judge(const struct nt_conf_input *in, struct nt_conf_verdict *verdict)
{
    const struct nt_capture *c = in->capture;
    struct nt_conf *conf = nt_conf_new(in);
    *verdict = (struct nt_conf_verdict){0};
    if (conf == NULL)
        return NT_ENOMEM;
    for (size_t i = 0; i < c->frame_count; i++)
        nt_conf_frame(conf, c, &c->frames[i], (uint32_t)i + 1);
    return nt_conf_end(conf, in->end, verdict);
}
