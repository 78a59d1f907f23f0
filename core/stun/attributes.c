#include "core/stun/attributes.h"

#include <string.h>

struct named {
    uint16_t number;
    const char *name;
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const struct named attrs[] = {
    {NT_ATTR_MAPPED_ADDRESS, "MAPPED-ADDRESS"},
    {NT_ATTR_RESPONSE_ADDRESS, "RESPONSE-ADDRESS"},
    {NT_ATTR_CHANGE_REQUEST, "CHANGE-REQUEST"},
    {NT_ATTR_SOURCE_ADDRESS, "SOURCE-ADDRESS"},
    {NT_ATTR_CHANGED_ADDRESS, "CHANGED-ADDRESS"},
    {NT_ATTR_USERNAME, "USERNAME"},
    {NT_ATTR_MESSAGE_INTEGRITY, "MESSAGE-INTEGRITY"},
    {NT_ATTR_ERROR_CODE, "ERROR-CODE"},
    {NT_ATTR_UNKNOWN_ATTRIBUTES, "UNKNOWN-ATTRIBUTES"},
    {NT_ATTR_REFLECTED_FROM, "REFLECTED-FROM"},
    {NT_ATTR_CHANNEL_NUMBER, "CHANNEL-NUMBER"},
    {NT_ATTR_LIFETIME, "LIFETIME"},
    {NT_ATTR_XOR_PEER_ADDRESS, "XOR-PEER-ADDRESS"},
    {NT_ATTR_DATA, "DATA"},
    {NT_ATTR_REALM, "REALM"},
    {NT_ATTR_NONCE, "NONCE"},
    {NT_ATTR_XOR_RELAYED_ADDRESS, "XOR-RELAYED-ADDRESS"},
    {NT_ATTR_REQUESTED_ADDRESS_FAMILY, "REQUESTED-ADDRESS-FAMILY"},
    {NT_ATTR_EVEN_PORT, "EVEN-PORT"},
    {NT_ATTR_REQUESTED_TRANSPORT, "REQUESTED-TRANSPORT"},
    {NT_ATTR_DONT_FRAGMENT, "DONT-FRAGMENT"},
    {NT_ATTR_MESSAGE_INTEGRITY_SHA256, "MESSAGE-INTEGRITY-SHA256"},
    {NT_ATTR_PASSWORD_ALGORITHM, "PASSWORD-ALGORITHM"},
    {NT_ATTR_USERHASH, "USERHASH"},
    {NT_ATTR_XOR_MAPPED_ADDRESS, "XOR-MAPPED-ADDRESS"},
    {NT_ATTR_RESERVATION_TOKEN, "RESERVATION-TOKEN"},
    {NT_ATTR_PRIORITY, "PRIORITY"},
    {NT_ATTR_USE_CANDIDATE, "USE-CANDIDATE"},
    {NT_ATTR_PADDING, "PADDING"},
    {NT_ATTR_RESPONSE_PORT, "RESPONSE-PORT"},
    {NT_ATTR_CONNECTION_ID, "CONNECTION-ID"},
    {NT_ATTR_ADDITIONAL_ADDRESS_FAMILY, "ADDITIONAL-ADDRESS-FAMILY"},
    {NT_ATTR_ADDRESS_ERROR_CODE, "ADDRESS-ERROR-CODE"},
    {NT_ATTR_PASSWORD_ALGORITHMS, "PASSWORD-ALGORITHMS"},
    {NT_ATTR_ALTERNATE_DOMAIN, "ALTERNATE-DOMAIN"},
    {NT_ATTR_ICMP, "ICMP"},
    {NT_ATTR_SOFTWARE, "SOFTWARE"},
    {NT_ATTR_ALTERNATE_SERVER, "ALTERNATE-SERVER"},
    {NT_ATTR_FINGERPRINT, "FINGERPRINT"},
    {NT_ATTR_ICE_CONTROLLED, "ICE-CONTROLLED"},
    {NT_ATTR_ICE_CONTROLLING, "ICE-CONTROLLING"},
    {NT_ATTR_RESPONSE_ORIGIN, "RESPONSE-ORIGIN"},
    {NT_ATTR_OTHER_ADDRESS, "OTHER-ADDRESS"},
    {NT_ATTR_NOMINATION, "NOMINATION"},
};

static const struct named methods[] = {
    {NT_STUN_BINDING, "Binding"},
    {NT_TURN_ALLOCATE, "Allocate"},
    {NT_TURN_REFRESH, "Refresh"},
    {NT_TURN_SEND, "Send"},
    {NT_TURN_DATA, "Data"},
    {NT_TURN_CREATE_PERMISSION, "CreatePermission"},
    {NT_TURN_CHANNEL_BIND, "ChannelBind"},
    {NT_TURN_CONNECT, "Connect"},
    {NT_TURN_CONNECTION_BIND, "ConnectionBind"},
    {NT_TURN_CONNECTION_ATTEMPT, "ConnectionAttempt"},
};

/* RFC 8489, 14.8; RFC 8656, 19; RFC 8445, 16.1; RFC 6062, 6.3; RFC 8016, 3.6 */
static const struct named reasons[] = {
    {300, "Try Alternate"},
    {400, "Bad Request"},
    {401, "Unauthenticated"},
    {403, "Forbidden"},
    {405, "Mobility Forbidden"},
    {420, "Unknown Attribute"},
    {437, "Allocation Mismatch"},
    {438, "Stale Nonce"},
    {440, "Address Family not Supported"},
    {441, "Wrong Credentials"},
    {442, "Unsupported Transport Protocol"},
    {443, "Peer Address Family Mismatch"},
    {446, "Connection Already Exists"},
    {447, "Connection Timeout or Failure"},
    {486, "Allocation Quota Reached"},
    {487, "Role Conflict"},
    {500, "Server Error"},
    {508, "Insufficient Capacity"},
};

static const char *name_of(const struct named *table, size_t n, int number)
{
    for (size_t i = 0; i < n; i++)
        if (table[i].number == number)
            return table[i].name;
    return NULL;
}

static int number_of(const struct named *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i].name, name) == 0)
            return table[i].number;
    return -1;
}

/* What attributes are for, as bits. */
enum { FOR_ALL = 1, FOR_BINDING = 2, FOR_TURN = 4, FOR_TCP = 8 };

/* The usages of a comprehension-required attribute; 0: unknown. Called for each attribute of each message: a jump table instead of
 * a search. */
static unsigned usages_of(uint16_t type)
{
    switch (type) {
    case NT_ATTR_MAPPED_ADDRESS:
    case NT_ATTR_USERNAME:
    case NT_ATTR_MESSAGE_INTEGRITY:
    case NT_ATTR_ERROR_CODE:
    case NT_ATTR_UNKNOWN_ATTRIBUTES:
    case NT_ATTR_REALM:
    case NT_ATTR_NONCE:
    case NT_ATTR_MESSAGE_INTEGRITY_SHA256:
    case NT_ATTR_PASSWORD_ALGORITHM:
    case NT_ATTR_USERHASH:
    case NT_ATTR_XOR_MAPPED_ADDRESS: return FOR_ALL;
    case NT_ATTR_CHANGE_REQUEST: /* RFC 5780 */
    case NT_ATTR_PADDING:
    case NT_ATTR_RESPONSE_PORT:
    case NT_ATTR_PRIORITY: /* RFC 8445 */
    case NT_ATTR_USE_CANDIDATE: return FOR_BINDING;
    case NT_ATTR_CHANNEL_NUMBER:
    case NT_ATTR_LIFETIME:
    case NT_ATTR_XOR_PEER_ADDRESS:
    case NT_ATTR_DATA:
    case NT_ATTR_XOR_RELAYED_ADDRESS:
    case NT_ATTR_REQUESTED_ADDRESS_FAMILY:
    case NT_ATTR_EVEN_PORT:
    case NT_ATTR_REQUESTED_TRANSPORT:
    case NT_ATTR_DONT_FRAGMENT:
    case NT_ATTR_RESERVATION_TOKEN: return FOR_TURN;
    case NT_ATTR_CONNECTION_ID: return FOR_TCP; /* RFC 6062 */
    default: return 0;
    }
}

bool nt_stun_attr_is_old(uint16_t type)
{
    switch (type) {
    case NT_ATTR_RESPONSE_ADDRESS:
    case NT_ATTR_CHANGE_REQUEST:
    case NT_ATTR_SOURCE_ADDRESS:
    case NT_ATTR_CHANGED_ADDRESS:
    case NT_ATTR_REFLECTED_FROM: return true;
    default: return false;
    }
}

static unsigned usages_of_method(uint16_t method)
{
    switch (method) {
    case NT_STUN_BINDING: return FOR_ALL | FOR_BINDING;
    case NT_TURN_ALLOCATE:
    case NT_TURN_REFRESH:
    case NT_TURN_SEND:
    case NT_TURN_DATA:
    case NT_TURN_CREATE_PERMISSION:
    case NT_TURN_CHANNEL_BIND: return FOR_ALL | FOR_TURN;
    case NT_TURN_CONNECT:
    case NT_TURN_CONNECTION_BIND:
    case NT_TURN_CONNECTION_ATTEMPT: return FOR_ALL | FOR_TURN | FOR_TCP;
    default: return FOR_ALL;
    }
}

bool nt_stun_attr_known(uint16_t type)
{
    return type < 0x8000 ? usages_of(type) != 0 : name_of(attrs, COUNT(attrs), type) != NULL;
}

bool nt_stun_attr_known_to(uint16_t type, uint16_t method)
{
    return (usages_of(type) & usages_of_method(method)) != 0;
}

const char *nt_stun_attr_name(uint16_t type)
{
    return name_of(attrs, COUNT(attrs), type);
}

int nt_stun_attr_by_name(const char *name)
{
    return number_of(attrs, COUNT(attrs), name);
}

const char *nt_stun_method_name(uint16_t method)
{
    return name_of(methods, COUNT(methods), method);
}

int nt_stun_method_by_name(const char *name)
{
    return number_of(methods, COUNT(methods), name);
}

const char *nt_stun_reason(int code)
{
    const char *reason = name_of(reasons, COUNT(reasons), code);
    return reason != NULL ? reason : "Error";
}

const char *nt_stun_named(enum nt_stun_registry registry, size_t i, uint16_t *number)
{
    static const struct {
        const struct named *table;
        size_t count;
    } registries[] = {
        [NT_STUN_METHODS] = {methods, COUNT(methods)},
        [NT_STUN_ATTRIBUTES] = {attrs, COUNT(attrs)},
        [NT_STUN_REASONS] = {reasons, COUNT(reasons)},
    };
    if (i >= registries[registry].count)
        return NULL;
    *number = registries[registry].table[i].number;
    return registries[registry].table[i].name;
}
