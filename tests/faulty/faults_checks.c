#include "tests/faulty/faults_checks.h"
#include "tests/faulty/faulty.h"

#include <stdio.h>

#define ROLES (NT_ATTR_ICE_CONTROLLED ^ NT_ATTR_ICE_CONTROLLING)

static void wrong_priority(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_PRIORITY, stun_edit_u32(e->stun, NT_ATTR_PRIORITY) - 0x100);
}

static void host_priority(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_PRIORITY, (stun_edit_u32(e->stun, NT_ATTR_PRIORITY) & 0xffffff) | UINT32_C(126) << 24);
}

static void zero_priority(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u32(e->stun, NT_ATTR_PRIORITY, 0);
}

static void no_priority(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_PRIORITY);
}

static void no_fingerprint(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_FINGERPRINT);
}

static void no_integrity(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_MESSAGE_INTEGRITY);
}

static void wrong_hmac(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->stun->wrong_hmac = true;
}

static void no_username(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, NT_ATTR_USERNAME);
}

/* USERNAME "left:right" becomes what the format makes of the halves. */
static void set_username(struct fault_event *e, bool swapped, const char *end)
{
    char text[600];
    const struct stun_edit_attr *a = stun_edit_find(e->stun, NT_ATTR_USERNAME);
    if (a == NULL)
        return;
    const char *name = (const char *)stun_edit_value(e->stun, a), *colon = memchr(name, ':', a->len);
    if (colon == NULL)
        return;
    int left = (int)(colon - name), right = a->len - left - 1;
    if (swapped)
        snprintf(text, sizeof text, "%.*s:%.*s", right, colon + 1, left, name);
    else
        snprintf(text, sizeof text, "%.*s%s", a->len, name, end);
    stun_edit_set(e->stun, NT_ATTR_USERNAME, text, strlen(text));
}

static void username_swapped(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    set_username(e, true, "");
}

static void other_fragment(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    set_username(e, false, "x");
}

static void username_too_long(struct fault_event *e, struct fault_memory *m)
{
    char end[520];
    (void)m;
    memset(end, 'x', sizeof end);
    end[sizeof end - 1] = '\0';
    set_username(e, false, end);
}

static uint16_t role_attr(const struct fault_event *e)
{
    return stun_edit_has(e->stun, NT_ATTR_ICE_CONTROLLING) ? NT_ATTR_ICE_CONTROLLING : NT_ATTR_ICE_CONTROLLED;
}

static void both_roles(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u64(e->stun, role_attr(e) ^ ROLES, 1);
}

static void no_role(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_remove(e->stun, role_attr(e));
}

static void changes_tie_breaker(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_set_u64(e->stun, role_attr(e), e->request->number);
}

static void unknown_attribute(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_add(e->stun, 0x7ff0, "none", 4);
}

static void unknown_optional_attribute(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    stun_edit_add(e->stun, 0xfff0, "none", 4);
}

/* The message has both kinds of integrity first, so that the peer may choose; RFC 8489, 9.1.5: afterwards only what it chose. */
static void both_integrities(struct fault_event *e, struct fault_memory *m)
{
    static const uint8_t room[NT_STUN_HMAC_SHA256];
    (void)m;
    for (size_t i = 0; i < e->stun->count; i++)
        if (e->stun->attrs[i].type == NT_ATTR_MESSAGE_INTEGRITY) {
            stun_edit_insert(e->stun, i + 1, NT_ATTR_MESSAGE_INTEGRITY_SHA256, room, sizeof room);
            return;
        }
}

/* Its best candidate's: the agent waits for that pair before it nominates another. */
static void no_triggered(struct fault_event *e, struct fault_memory *m)
{
    (void)m;
    e->dropped = sends_check(e) && nt_addr_equal(&e->path.local, &faulty_pair(e->party, 0)->path.local);
}

static bool sends_consent_or_nominates(const struct fault_event *e)
{
    return sends_check(e) && (e->request->consent || e->request->nominates);
}

const struct fault faults_of_checks[] = {
    {"wrong-priority", "PRIORITY of its checks has another local preference than its candidate", NT_APP_ICE, .when = sends_check,
     .edit = wrong_priority},
    {"host-priority", "PRIORITY of its checks has the type preference of hosts", NT_APP_ICE, .when = sends_check,
     .edit = host_priority},
    {"zero-priority", "PRIORITY of its checks is 0", NT_APP_ICE, .when = sends_check, .edit = zero_priority},
    {"no-priority", "its checks have no PRIORITY", NT_APP_ICE, .when = sends_check, .edit = no_priority},
    {"no-fingerprint", "its checks have no FINGERPRINT", NT_APP_ICE, .when = sends_check, .edit = no_fingerprint},
    {"no-integrity", "its checks have no MESSAGE-INTEGRITY", NT_APP_ICE, .when = sends_check, .edit = no_integrity},
    {"wrongly-signed", "the HMAC of its checks is wrong", NT_APP_ICE, .when = sends_check, .edit = wrong_hmac},
    {"no-username", "its checks have no USERNAME", NT_APP_ICE, .when = sends_check, .edit = no_username},
    {"username-swapped", "USERNAME of its checks has its own fragment first", NT_APP_ICE, .when = sends_check,
     .edit = username_swapped},
    {"other-fragment", "USERNAME of its checks ends with another fragment than its own", NT_APP_ICE, .when = sends_check,
     .edit = other_fragment},
    {"long-username", "USERNAME of its checks has more than 508 bytes", NT_APP_ICE, .when = sends_check, .edit = username_too_long},
    {"both-roles", "its checks have both ICE-CONTROLLING and ICE-CONTROLLED", NT_APP_ICE, .when = sends_check, .edit = both_roles},
    {"no-role", "its checks have neither ICE-CONTROLLING nor ICE-CONTROLLED", NT_APP_ICE, .when = sends_check, .edit = no_role},
    {"changes-tie-breaker", "each of its checks has a new tie-breaker", NT_APP_ICE, .when = sends_check,
     .edit = changes_tie_breaker},
    {"unknown-attribute", "its checks have an attribute that must be understood and that nobody knows", NT_APP_ICE,
     .when = sends_check, .edit = unknown_attribute},
    {"unknown-optional-attribute", "does right: its checks have an attribute that nobody knows and that may be ignored", NT_APP_ICE,
     .when = sends_check, .edit = unknown_optional_attribute},
    {"both-integrities-later", "its later checks have both kinds of integrity, though the peer chose one", NT_APP_ICE,
     .when = sends_consent_or_nominates, .edit = both_integrities},
    {"no-triggered-checks", "it does not check from the address of its first candidate, whatever comes in on it", NT_APP_ICE,
     .acts = no_triggered},
    {0},
};
