/* What the conformance rules are given of a world: its parties, their addresses and keys, what its steps did to packets, its
 * capture. */
#ifndef NT_JUDGE_CONFORMANCE_INPUT_H
#define NT_JUDGE_CONFORMANCE_INPUT_H

#include "reports/conformance/conformance.h"
#include "scenarios/world/world.h"

struct nt_conformance {
    struct nt_conf *conf; /* is to be given the frames of the world's capture; NULL after the end */
    struct nt_conf_party *parties;
    size_t party_count;
    struct nt_conf_user *users;
    struct nt_conf_login *logins;
    const struct nt_scn_case *scn;
    const struct nt_steps *steps;
    nt_time *reset_at; /* of all servers, server by server */
    size_t *reset_steps, reset_count;
};

/* Begins to judge a world that has its taps. `real_time`: its times are measured. 0 or NT_ENOMEM; nt_conformance_free in both
 * cases. */
int nt_conformance_begin(struct nt_conformance *j, const struct nt_world *w, bool real_time);
/* As nt_conf_frame. */
void nt_conformance_frame(struct nt_conformance *j, const struct nt_capture *c, const struct nt_capture_frame *f, uint32_t number);
/* The scenario tells an agent to end: what it then gives up is no breach. */
void nt_conformance_stopped(struct nt_conformance *j, uint32_t agent, nt_time now);
int nt_conformance_end(struct nt_conformance *j, nt_time end, struct nt_conf_verdict *verdict); /* as nt_conf_end, once */
void nt_conformance_free(struct nt_conformance *j);

#endif
