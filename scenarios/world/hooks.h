/* What a world asks of those who run real programs in it, and of those who stand before its applications. */
#ifndef NT_WORLD_HOOKS_H
#define NT_WORLD_HOOKS_H

#include "scenarios/apps/app.h"

struct nt_world_hooks {
    /* The agent at context->index is a process; ops is NULL without memory. Its owner deletes it, before the world. */
    struct nt_party (*party)(void *user, const struct nt_app_context *context);
    /* A run step: 0 or a negative error. */
    int (*run_step)(void *user, const struct nt_scn_step *step, nt_time now);
    void *user;
    struct nt_app_wrapper wrapper;
};

#endif
