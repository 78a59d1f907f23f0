/* The list of judges. The capture is read once into a view, which each of them then walks. */
#include "reports/conformance/conformance.h"

#include "core/base/err.h"
#include "reports/conformance/finding.h"
#include "reports/conformance/rfc7675.h"
#include "reports/conformance/rfc8445.h"
#include "reports/conformance/rfc8445_pairs.h"
#include "reports/conformance/rfc8445_roles.h"
#include "reports/conformance/rfc8489.h"
#include "reports/conformance/rfc8489_long_term.h"
#include "reports/conformance/rfc8489_timing.h"
#include "reports/conformance/rfc8656_client.h"
#include "reports/conformance/rfc8656_server.h"
#include "reports/conformance/rfc8839.h"
#include "reports/conformance/rfc8863.h"
#include "reports/conformance/walk.h"

static void (*const judges[])(struct nt_finder *) = {
    nt_rfc8489_judge,       nt_rfc8489_long_term_judge, nt_rfc8489_timing_judge, nt_rfc8445_judge,
    nt_rfc8445_roles_judge, nt_rfc8445_pairs_judge,     nt_rfc8656_client_judge, nt_rfc8656_server_judge,
    nt_rfc8839_judge,       nt_rfc7675_judge,           nt_rfc8863_judge,
};

int nt_conf_judge(const struct nt_conf_input *in, struct nt_conf_verdict *verdict)
{
    struct nt_view v;
    struct nt_finder finder = {.v = &v, .verdict = verdict};
    *verdict = (struct nt_conf_verdict){0};
    finder.err = nt_view_init(&v, in);
    for (size_t i = 0; i < sizeof judges / sizeof *judges && finder.err == NT_OK; i++)
        judges[i](&finder);
    nt_view_free(&v);
    for (size_t i = 0; i < NT_RULE_COUNT; i++)
        verdict->exercised += finder.exercised[i];
    nt_conf_verdict_sort(verdict);
    if (finder.err != NT_OK)
        nt_conf_verdict_free(verdict);
    return finder.err;
}
