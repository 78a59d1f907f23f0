/* The numbers of the STUN registries and their names: methods, attribute types, error codes (RFC 8489, 18; RFC 8656, 17 to 19;
 * RFC 8445, 20.3; RFC 5780). */
#ifndef NT_STUN_ATTRIBUTES_H
#define NT_STUN_ATTRIBUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nt_stun_method {
    NT_STUN_BINDING = 0x001,
    NT_TURN_ALLOCATE = 0x003,
    NT_TURN_REFRESH = 0x004,
    NT_TURN_SEND = 0x006,
    NT_TURN_DATA = 0x007,
    NT_TURN_CREATE_PERMISSION = 0x008,
    NT_TURN_CHANNEL_BIND = 0x009,
    NT_TURN_CONNECT = 0x00a,
    NT_TURN_CONNECTION_BIND = 0x00b,
    NT_TURN_CONNECTION_ATTEMPT = 0x00c
};

enum nt_stun_attr_type {
    NT_ATTR_MAPPED_ADDRESS = 0x0001,
    NT_ATTR_RESPONSE_ADDRESS = 0x0002, /* of RFC 3489; so are SOURCE-ADDRESS, CHANGED-ADDRESS and REFLECTED-FROM */
    NT_ATTR_CHANGE_REQUEST = 0x0003,
    NT_ATTR_SOURCE_ADDRESS = 0x0004,
    NT_ATTR_CHANGED_ADDRESS = 0x0005,
    NT_ATTR_USERNAME = 0x0006,
    NT_ATTR_MESSAGE_INTEGRITY = 0x0008,
    NT_ATTR_ERROR_CODE = 0x0009,
    NT_ATTR_UNKNOWN_ATTRIBUTES = 0x000a,
    NT_ATTR_REFLECTED_FROM = 0x000b,
    NT_ATTR_CHANNEL_NUMBER = 0x000c,
    NT_ATTR_LIFETIME = 0x000d,
    NT_ATTR_XOR_PEER_ADDRESS = 0x0012,
    NT_ATTR_DATA = 0x0013,
    NT_ATTR_REALM = 0x0014,
    NT_ATTR_NONCE = 0x0015,
    NT_ATTR_XOR_RELAYED_ADDRESS = 0x0016,
    NT_ATTR_REQUESTED_ADDRESS_FAMILY = 0x0017,
    NT_ATTR_EVEN_PORT = 0x0018,
    NT_ATTR_REQUESTED_TRANSPORT = 0x0019,
    NT_ATTR_DONT_FRAGMENT = 0x001a,
    NT_ATTR_MESSAGE_INTEGRITY_SHA256 = 0x001c,
    NT_ATTR_PASSWORD_ALGORITHM = 0x001d,
    NT_ATTR_USERHASH = 0x001e,
    NT_ATTR_XOR_MAPPED_ADDRESS = 0x0020,
    NT_ATTR_RESERVATION_TOKEN = 0x0022,
    NT_ATTR_PRIORITY = 0x0024,
    NT_ATTR_USE_CANDIDATE = 0x0025,
    NT_ATTR_PADDING = 0x0026,
    NT_ATTR_RESPONSE_PORT = 0x0027,
    NT_ATTR_CONNECTION_ID = 0x002a,
    NT_ATTR_ADDITIONAL_ADDRESS_FAMILY = 0x8000,
    NT_ATTR_ADDRESS_ERROR_CODE = 0x8001,
    NT_ATTR_PASSWORD_ALGORITHMS = 0x8002,
    NT_ATTR_ALTERNATE_DOMAIN = 0x8003,
    NT_ATTR_ICMP = 0x8004,
    NT_ATTR_SOFTWARE = 0x8022,
    NT_ATTR_ALTERNATE_SERVER = 0x8023,
    NT_ATTR_FINGERPRINT = 0x8028,
    NT_ATTR_ICE_CONTROLLED = 0x8029,
    NT_ATTR_ICE_CONTROLLING = 0x802a,
    NT_ATTR_RESPONSE_ORIGIN = 0x802b,
    NT_ATTR_OTHER_ADDRESS = 0x802c,
    NT_ATTR_NOMINATION = 0xc001 /* draft-thatcher-ice-renomination: 32 bits */
};

enum { NT_PASSWORD_MD5 = 1, NT_PASSWORD_SHA256 = 2 }; /* RFC 8489, 18.5 */

bool nt_stun_attr_known(uint16_t type); /* to any method */
/* RFC 8489, 6.3: does an agent that serves this method understand the attribute? */
bool nt_stun_attr_known_to(uint16_t type, uint16_t method);
/* Is it one of the types that deployed servers still send in responses, as RFC 3489 had them, and to which RFC 8489 gives no
 * meaning there? RFC 5389, 12.1: "the client MUST ignore any Reserved comprehension-required attributes that might appear in the
 * response". */
bool nt_stun_attr_is_old(uint16_t type);
/* "XOR-MAPPED-ADDRESS"; NULL when unknown. */
const char *nt_stun_attr_name(uint16_t type);
int nt_stun_attr_by_name(const char *name); /* -1 when unknown */
/* "Binding", "Allocate", ...; NULL when unknown. */
const char *nt_stun_method_name(uint16_t method);
int nt_stun_method_by_name(const char *name); /* -1 when unknown */
/* The registry's reason phrase of an error code; "Error" when unknown. */
const char *nt_stun_reason(int code);

enum nt_stun_registry { NT_STUN_METHODS, NT_STUN_ATTRIBUTES, NT_STUN_REASONS };
/* The name of entry `i` of a registry, and its number; NULL after the last one. */
const char *nt_stun_named(enum nt_stun_registry registry, size_t i, uint16_t *number);

#endif
