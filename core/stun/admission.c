#include "core/stun/admission.h"

const struct nt_why nt_why_unanswered = {NT_DISCARD_FORBIDDEN, "refused without an answer"};

struct nt_stun_decision nt_stun_decide(const struct nt_stun_admission *a, const struct nt_stun_msg *request,
                                       const struct nt_addr *from, nt_time now)
{
    return a->decide != NULL ? a->decide(a->user, request, from, now) : (struct nt_stun_decision){0};
}
