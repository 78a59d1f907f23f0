/* The numbers of the rules. */
#ifndef NT_CONFORMANCE_RULES_H
#define NT_CONFORMANCE_RULES_H

#include "reports/conformance/rfc7675.h"
#include "reports/conformance/rfc8445.h"
#include "reports/conformance/rfc8489.h"
#include "reports/conformance/rfc8656.h"
#include "reports/conformance/rfc8839.h"
#include "reports/conformance/rfc8863.h"

#define NT_STUN_RULE(name, ...) NT_STUN_RULE_##name,
#define NT_ICE_RULE(name, ...) NT_ICE_RULE_##name,
#define NT_TURN_RULE(name, ...) NT_TURN_RULE_##name,
#define NT_SDP_RULE(name, ...) NT_SDP_RULE_##name,
#define NT_CONSENT_RULE(name, ...) NT_CONSENT_RULE_##name,
#define NT_PAC_RULE(name, ...) NT_PAC_RULE_##name,

enum nt_rule {
    NT_RFC8489_RULES(NT_STUN_RULE)
    NT_RFC8445_RULES(NT_ICE_RULE)
    NT_RFC8656_RULES(NT_TURN_RULE)
    NT_RFC8839_RULES(NT_SDP_RULE)
    NT_RFC7675_RULES(NT_CONSENT_RULE)
    NT_RFC8863_RULES(NT_PAC_RULE)
    NT_RULE_COUNT
};

#endif
