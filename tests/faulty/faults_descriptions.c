#include "tests/faulty/faults_descriptions.h"
#include "tests/faulty/faulty.h"

#include <stdio.h>
#include <string.h>

#define UFRAG "a=ice-ufrag:"
#define PWD "a=ice-pwd:"
#define OPTIONS "a=ice-options:"

/* --- other credentials than the inner agent's: both sides see those that they expect --- */

/* m->text: the inner agent's fragment, m->other: the one that the peer knows; m->key: of the inner agent's password. */
static void set_username(struct fault_event *e, bool first, const char *known, const char *fragment)
{
    char text[SDP_LINE_MAX * 2];
    const struct stun_edit_attr *a = stun_edit_find(e->stun, NT_ATTR_USERNAME);
    const char *name = a != NULL ? (const char *)stun_edit_value(e->stun, a) : NULL;
    const char *colon = name != NULL ? memchr(name, ':', a->len) : NULL;
    if (colon == NULL || (first && strncmp(name, known, (size_t)(colon - name)) != 0))
        return;
    if (first)
        snprintf(text, sizeof text, "%s:%.*s", fragment, (int)(a->len - (colon - name) - 1), colon + 1);
    else
        snprintf(text, sizeof text, "%.*s:%s", (int)(colon - name), name, fragment);
    stun_edit_set(e->stun, NT_ATTR_USERNAME, text, strlen(text));
    e->changed = true;
}

static void translate(struct fault_event *e, struct fault_memory *m)
{
    if (!m->done)
        return;
    if (gets_check(e)) {
        set_username(e, true, m->other, m->text);
        e->key = e->changed ? &m->key : e->key;
    } else if (sends_check(e)) {
        set_username(e, false, m->text, m->other);
    } else {
        e->changed = sends_answer(e);
    }
}

static void take_credentials(struct fault_event *e, struct fault_memory *m, const char *ufrag, const char *pwd)
{
    char line[SDP_LINE_MAX], own[SDP_LINE_MAX];
    if (!tells(e) || !sdp_get(e->sdp, UFRAG, 0, line) || !sdp_get(e->sdp, PWD, 0, own))
        return;
    m->done = true;
    snprintf(m->text, sizeof m->text, "%s", line + strlen(UFRAG));
    snprintf(m->other, sizeof m->other, "%s", ufrag != NULL ? ufrag : m->text);
    nt_stun_key_short(&m->key, own + strlen(PWD));
    secrets_add(faulty_secrets(e->party), m->other, pwd != NULL ? pwd : own + strlen(PWD));
    snprintf(line, sizeof line, UFRAG "%.400s", m->other);
    sdp_replace(e->sdp, UFRAG, 0, line);
    snprintf(line, sizeof line, PWD "%.400s", pwd != NULL ? pwd : own + strlen(PWD));
    sdp_replace(e->sdp, PWD, 0, line);
    e->changed = true;
}

static void short_password(struct fault_event *e, struct fault_memory *m)
{
    take_credentials(e, m, NULL, "tooshort");
}

static void short_fragment(struct fault_event *e, struct fault_memory *m)
{
    take_credentials(e, m, "abc", NULL);
}

static void long_fragment(struct fault_event *e, struct fault_memory *m)
{
    take_credentials(e, m, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", NULL);
}

/* The callee has the credentials of the offer. */
static void same_credentials(struct fault_event *e, struct fault_memory *m)
{
    char ufrag[SDP_LINE_MAX], pwd[SDP_LINE_MAX];
    if (!e->outgoing && sdp_get(e->sdp, UFRAG, 0, ufrag) && sdp_get(e->sdp, PWD, 0, pwd)) {
        snprintf(m->other, sizeof m->other, "%s", ufrag + strlen(UFRAG));
        m->number = 1;
    } else if (m->number == 1) {
        char other[SDP_LINE_MAX];
        snprintf(other, sizeof other, "%s", m->other);
        const char *theirs = secrets_password(faulty_secrets(e->party), other, strlen(other));
        snprintf(pwd, sizeof pwd, "%s", theirs);
        take_credentials(e, m, other, pwd);
    }
}

/* --- single lines --- */

static void no_ice2(struct fault_event *e, struct fault_memory *m)
{
    char line[SDP_LINE_MAX];
    (void)m;
    if (!sdp_get(e->sdp, OPTIONS, 0, line))
        return;
    if (strstr(line, "trickle") != NULL)
        sdp_replace(e->sdp, OPTIONS, 0, OPTIONS "trickle");
    else
        sdp_remove(e->sdp, OPTIONS, 0);
}

static void say_lite(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    sdp_insert_before(e->sdp, sdp_line(e->sdp, "m=", 0), "a=ice-lite");
}

static void default_elsewhere(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    sdp_set_word(e->sdp, "m=", 0, 1, "4999");
}

static void mismatch(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    sdp_append(e->sdp, "a=ice-mismatch");
}

static void removed(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    sdp_set_word(e->sdp, "m=", 0, 1, "0");
}

static void two_passwords(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    sdp_append(e->sdp, "a=ice-pwd:anotherpasswordofenoughlength");
}

static void no_password(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    sdp_remove(e->sdp, PWD, 0);
}

static void no_fragment(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    sdp_remove(e->sdp, UFRAG, 0);
}

static void remote_candidates(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    sdp_append(e->sdp, "a=remote-candidates:1 10.1.0.77 5000");
}

/* --- the second description --- */

static bool is_second(const struct fault_event *e, struct fault_memory *m)
{
    return offers(e) && m->n++ > 0;
}

static void later_no_ice2(struct fault_event *e, struct fault_memory *m)
{
    if (is_second(e, m)) {
        no_ice2(e, m);
        e->changed = true;
    }
}

static void later_candidate(struct fault_event *e, struct fault_memory *m)
{
    if (is_second(e, m)) {
        sdp_append(e->sdp, "a=candidate:77 1 UDP 1694498815 203.0.113.77 5000 typ srflx raddr 10.1.0.77 rport 5000");
        e->changed = true;
    }
}

static void later_no_remote_candidates(struct fault_event *e, struct fault_memory *m)
{
    if (is_second(e, m)) {
        sdp_remove(e->sdp, "a=remote-candidates:", 0);
        e->changed = true;
    }
}

static void later_other_password(struct fault_event *e, struct fault_memory *m)
{
    if (is_second(e, m)) {
        sdp_replace(e->sdp, PWD, 0, PWD "anotherpasswordofenoughlength");
        e->changed = true;
    }
}

static void later_other_fragment(struct fault_event *e, struct fault_memory *m)
{
    if (is_second(e, m)) {
        sdp_replace(e->sdp, UFRAG, 0, UFRAG "another");
        e->changed = true;
    }
}

static void later_holds(struct fault_event *e, struct fault_memory *m)
{
    if (is_second(e, m)) {
        sdp_replace(e->sdp, "c=", 0, "c=IN IP4 0.0.0.0");
        e->changed = true;
    }
}

static void later_fewer_candidates(struct fault_event *e, struct fault_memory *m)
{
    if (is_second(e, m) && sdp_line(e->sdp, "a=candidate:", 1) != NULL) {
        sdp_remove(e->sdp, "a=candidate:", 1);
        e->changed = true;
    }
}

static void later_other_remote_candidates(struct fault_event *e, struct fault_memory *m)
{
    if (is_second(e, m)) {
        sdp_set_word(e->sdp, "a=remote-candidates:", 0, 2, "4999");
        e->changed = true;
    }
}

/* Its second description answers remote-candidates. */
static void answers_elsewhere(struct fault_event *e, struct fault_memory *m)
{
    if (is_second(e, m)) {
        while (sdp_line(e->sdp, "a=candidate:", 0) != NULL)
            sdp_remove(e->sdp, "a=candidate:", 0);
        e->changed = true;
    }
}

static void trickles_elsewhere(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    if (tells(e) && e->sdp->kind == NT_SIP_INFO) {
        sdp_replace(e->sdp, UFRAG, 0, UFRAG "elsewhere");
        e->changed = true;
    }
}

/* --- restarts --- */

/* m->other keeps the first username fragment until the description that is changed. */
static void take_first_credentials(struct fault_event *e, struct fault_memory *m, bool fragment)
{
    char line[SDP_LINE_MAX], first[SDP_LINE_MAX], pwd[SDP_LINE_MAX];
    if (!offers(e) || m->done || !sdp_get(e->sdp, UFRAG, 0, line))
        return;
    if (m->other[0] == '\0') {
        snprintf(m->other, sizeof m->other, "%s", line + strlen(UFRAG));
        return;
    }
    const char *known = secrets_password(faulty_secrets(e->party), m->other, strlen(m->other));
    if (known == NULL || strcmp(m->other, line + strlen(UFRAG)) == 0)
        return;
    snprintf(first, sizeof first, "%s", m->other);
    snprintf(pwd, sizeof pwd, "%s", known);
    take_credentials(e, m, fragment ? first : NULL, pwd);
}

static void restart_same_password(struct fault_event *e, struct fault_memory *m)
{
    take_first_credentials(e, m, false);
}

static void restart_same_credentials(struct fault_event *e, struct fault_memory *m)
{
    take_first_credentials(e, m, true);
}

const struct fault faults_of_descriptions[] = {
    {"short-password", "its password has 8 characters", NT_APP_ICE, .acts = translate, .tells = short_password},
    {"short-fragment", "its username fragment has 3 characters", NT_APP_ICE, .acts = translate, .tells = short_fragment},
    {"long-fragment", "its username fragment has 52 characters", NT_APP_ICE, .acts = translate, .tells = long_fragment},
    {"same-credentials", "it answers with the credentials of the offer", NT_APP_ICE, .acts = translate, .tells = same_credentials},
    {"no-ice2", "it does not say ice2", NT_APP_SIGNALLING, .when = offers, .edit = no_ice2},
    {"says-lite", "it says that it is lite, and sends checks", NT_APP_SIGNALLING, .when = offers, .edit = say_lite},
    {"default-elsewhere", "its default destination is no candidate", NT_APP_SIGNALLING, .when = offers, .edit = default_elsewhere},
    {"mismatch", "it says ice-mismatch beside candidates", NT_APP_SIGNALLING, .when = offers, .edit = mismatch},
    {"removed", "its stream has the port 0 and candidates", NT_APP_SIGNALLING, .when = offers, .edit = removed},
    {"two-passwords", "it tells two passwords for one fragment", NT_APP_SIGNALLING, .when = offers, .edit = two_passwords},
    {"no-password", "its description has no password", NT_APP_SIGNALLING, .when = offers, .edit = no_password},
    {"no-fragment", "its description has no username fragment", NT_APP_SIGNALLING, .when = offers, .edit = no_fragment},
    {"remote-candidates", "its first description has remote-candidates", NT_APP_SIGNALLING, .when = offers,
     .edit = remote_candidates},
    {"later-no-ice2", "its second description does not say ice2 any more", NT_APP_SIGNALLING, .tells = later_no_ice2},
    {"later-candidate", "its second description has a candidate that is not of the nominated pair", NT_APP_SIGNALLING,
     .tells = later_candidate},
    {"later-no-remote-candidates", "its second offer has no remote-candidates", NT_APP_SIGNALLING,
     .tells = later_no_remote_candidates},
    {"later-other-password", "its second description has another password for the same fragment", NT_APP_SIGNALLING,
     .tells = later_other_password},
    {"later-other-fragment", "its second description has another fragment with the same password", NT_APP_SIGNALLING,
     .tells = later_other_fragment},
    {"later-holds", "its second description has 0.0.0.0 as its connection address", NT_APP_SIGNALLING, .tells = later_holds},
    {"later-fewer-candidates", "its second description lacks a candidate of its first", NT_APP_SIGNALLING,
     .tells = later_fewer_candidates},
    {"later-other-remote-candidates", "the remote-candidates of its second offer are not of the nominated pair", NT_APP_SIGNALLING,
     .tells = later_other_remote_candidates},
    {"answers-elsewhere", "its second description has no candidates, whatever the offer's remote-candidates", NT_APP_SIGNALLING,
     .tells = answers_elsewhere},
    {"trickles-elsewhere", "its fragments have a username fragment of no description", NT_APP_SIGNALLING,
     .tells = trickles_elsewhere},
    {"restart-same-password", "its restart has the password of the session before", NT_APP_ICE, .acts = translate,
     .tells = restart_same_password},
    {"restart-same-credentials", "its restart, or its answer to one, has the credentials of the session before", NT_APP_ICE,
     .acts = translate, .tells = restart_same_credentials},
    {0},
};
