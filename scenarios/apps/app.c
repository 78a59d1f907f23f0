#include "scenarios/apps/app.h"

uint32_t nt_app_run(const struct nt_app_context *context, enum nt_app_part part, struct nt_endpoint endpoint)
{
    const struct nt_app_wrapper *w = &context->wrapper;
    struct nt_host *host = part == NT_APP_SIGNALLING ? context->signal_host : context->host;
    return nt_host_run_endpoint(host, w->wrap != NULL ? w->wrap(w->user, context, part, endpoint) : endpoint, 0);
}
