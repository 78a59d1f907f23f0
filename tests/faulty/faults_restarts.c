#include "tests/faulty/faults_restarts.h"
#include "tests/faulty/faulty.h"

#include <stdio.h>
#include <string.h>

#define PWD "a=ice-pwd:"
#define OTHER_TIE UINT64_C(0x5555555555555555)

/* --- which session a check is of --- */

static uint16_t role_attr(struct stun_edit *check)
{
    return stun_edit_has(check, NT_ATTR_ICE_CONTROLLING) ? NT_ATTR_ICE_CONTROLLING : NT_ATTR_ICE_CONTROLLED;
}

/* Of the party's checks, m->text keeps the first USERNAME, that of the first session; m->key its key, m->number its tie-breaker.
 * True: this check has another USERNAME. */
static bool is_of_another_session(struct fault_event *e, struct fault_memory *m)
{
    const struct stun_edit_attr *a = stun_edit_find(e->stun, NT_ATTR_USERNAME);
    if (a == NULL || a->len >= sizeof m->text)
        return false;
    if (m->text[0] == '\0') {
        memcpy(m->text, stun_edit_value(e->stun, a), a->len);
        m->text[a->len] = '\0';
        m->key = e->request->key;
        m->number = stun_edit_u64(e->stun, role_attr(e->stun));
    }
    return strlen(m->text) != a->len || memcmp(m->text, stun_edit_value(e->stun, a), a->len) != 0;
}

/* --- answers --- */

/* The password of its last description signs them, whatever session they are of. */
static void learn_password(struct fault_event *e, struct fault_memory *m)
{
    char line[SDP_LINE_MAX];
    if (!offers(e) || !sdp_get(e->sdp, PWD, 0, line))
        return;
    nt_stun_key_short(&m->key, line + strlen(PWD));
    m->n++;
}

static void sign_with_new_key(struct fault_event *e, struct fault_memory *m)
{
    if (m->n < 2 || !sends_success(e))
        return;
    e->key = &m->key;
    e->changed = true;
}

/* --- checks --- */

/* Beside each check of the new session one of the first. */
static void check_both_sessions(struct fault_event *e, struct fault_memory *m)
{
    uint8_t bytes[STUN_EDIT_POOL];
    if (!sends_check(e) || is_again(e) || !is_of_another_session(e, m))
        return;
    struct stun_edit check = *e->stun;
    stun_edit_set(&check, NT_ATTR_USERNAME, m->text, strlen(m->text));
    stun_edit_set_u64(&check, role_attr(&check), m->number);
    faulty_fresh_id(e->party, m->id);
    stun_edit_set_id(&check, m->id);
    faulty_send(e, bytes, stun_edit_write(&check, &m->key, bytes, sizeof bytes), 60 * NT_MSEC);
}

/* The peer's new username fragment, and its own old one. */
static void mix_fragments(struct fault_event *e, struct fault_memory *m)
{
    char text[SDP_LINE_MAX * 2];
    if (!sends_check(e) || !is_of_another_session(e, m))
        return;
    const struct stun_edit_attr *a = stun_edit_find(e->stun, NT_ATTR_USERNAME);
    const char *name = (const char *)stun_edit_value(e->stun, a), *colon = memchr(name, ':', a->len), *own = strchr(m->text, ':');
    if (colon == NULL || own == NULL)
        return;
    snprintf(text, sizeof text, "%.*s%s", (int)(colon - name), name, own);
    stun_edit_set(e->stun, NT_ATTR_USERNAME, text, strlen(text));
    stun_edit_set_u64(e->stun, role_attr(e->stun), m->number);
    e->changed = true;
}

static void swap_role(struct fault_event *e, struct fault_memory *m)
{
    if (!sends_check(e) || !is_of_another_session(e, m) || m->n++ > 0)
        return;
    uint16_t is = role_attr(e->stun);
    uint64_t tie = stun_edit_u64(e->stun, is);
    stun_edit_remove(e->stun, is);
    stun_edit_set_u64(e->stun, is == NT_ATTR_ICE_CONTROLLED ? NT_ATTR_ICE_CONTROLLING : NT_ATTR_ICE_CONTROLLED, tie);
    e->changed = true;
}

/* The other role than the inner agent's, in transactions and with a tie-breaker of the fault's own, until a 487 gives it back: the
 * inner agent knows of nothing. */
static void determine_role_anew(struct fault_event *e, struct fault_memory *m)
{
    uint8_t id[NT_STUN_ID];
    if (e->stun != NULL && !e->outgoing && e->stun->class_ == NT_STUN_ERROR && stun_edit_error(e->stun) == 487)
        m->done = true;
    if (!sends_check(e) || !is_of_another_session(e, m) || m->done)
        return;
    uint16_t is = role_attr(e->stun);
    stun_edit_remove(e->stun, is);
    stun_edit_set_u64(e->stun, is == NT_ATTR_ICE_CONTROLLED ? NT_ATTR_ICE_CONTROLLING : NT_ATTR_ICE_CONTROLLED, OTHER_TIE);
    memcpy(id, e->stun->id, sizeof id);
    id[0] ^= 0xff;
    stun_edit_set_id(e->stun, id);
    e->changed = true;
}

/* --- consent --- */

/* From the restart on that of the first session is not asked for, and the inner agent does not know. */
static void count_descriptions(struct fault_event *e, struct fault_memory *m)
{
    m->n += offers(e);
}

static void forget_consent(struct fault_event *e, struct fault_memory *m)
{
    if (sends_check(e) && !is_of_another_session(e, m) && m->n >= 2 && sends_consent(e) && e->key != NULL)
        faulty_answer_self(e);
}

const struct fault faults_of_restarts[] = {
    {"answers-with-new-key", "after a restart it signs all answers with its new password", NT_APP_ICE, .acts = sign_with_new_key,
     .tells = learn_password},
    {"checks-both-sessions", "after a restart it goes on checking the session before, too", NT_APP_ICE,
     .acts = check_both_sessions},
    {"mixes-fragments", "after a restart its checks have its old username fragment", NT_APP_ICE, .acts = mix_fragments},
    {"redetermines-role", "its first check after a restart has the other role", NT_APP_ICE, .acts = swap_role},
    {"determines-role-anew", "after a restart it takes the other role, until a 487 comes", NT_APP_ICE, .acts = determine_role_anew},
    {"forgets-consent", "from a restart on it does not ask for consent on the pair of the session before", NT_APP_ICE,
     .acts = forget_consent, .tells = count_descriptions},
    {0},
};
