/* Inside of the room: the number of each rule, its index in the list: NT_ICE_RULE_PRIORITY. */
#ifndef NT_CONFORMANCE_RULE_NUMBERS_H
#define NT_CONFORMANCE_RULE_NUMBERS_H

#include "reports/conformance/rfc3261_rules.h"
#include "reports/conformance/rfc7675_rules.h"
#include "reports/conformance/rfc8445_rules.h"
#include "reports/conformance/rfc8489_rules.h"
#include "reports/conformance/rfc8656_rules.h"
#include "reports/conformance/rfc8838_rules.h"
#include "reports/conformance/rfc8839_rules.h"
#include "reports/conformance/rfc8840_rules.h"
#include "reports/conformance/rfc8863_rules.h"

#define NT_STUN_RULE(name, ...) NT_STUN_RULE_##name,
#define NT_ICE_RULE(name, ...) NT_ICE_RULE_##name,
#define NT_TURN_RULE(name, ...) NT_TURN_RULE_##name,
#define NT_SDP_RULE(name, ...) NT_SDP_RULE_##name,
#define NT_TRICKLE_RULE(name, ...) NT_TRICKLE_RULE_##name,
#define NT_INFO_RULE(name, ...) NT_INFO_RULE_##name,
#define NT_CONSENT_RULE(name, ...) NT_CONSENT_RULE_##name,
#define NT_PAC_RULE(name, ...) NT_PAC_RULE_##name,
#define NT_SIP_RULE(name, ...) NT_SIP_RULE_##name,

// clang-format off
enum nt_rule {
    NT_RFC8489_RULES(NT_STUN_RULE)
    NT_RFC8445_RULES(NT_ICE_RULE)
    NT_RFC8656_RULES(NT_TURN_RULE)
    NT_RFC8839_RULES(NT_SDP_RULE)
    NT_RFC8838_RULES(NT_TRICKLE_RULE)
    NT_RFC8840_RULES(NT_INFO_RULE)
    NT_RFC7675_RULES(NT_CONSENT_RULE)
    NT_RFC8863_RULES(NT_PAC_RULE)
    NT_RFC3261_RULES(NT_SIP_RULE)
    NT_RULE_COUNT
};
// clang-format on

#endif
