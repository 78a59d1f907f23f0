/* The servers that a TURN client has asked for its allocation: RFC 8489, 10, the ALTERNATE-SERVER mechanism, which RFC 8656, 7.4
 * uses for Allocate. */
#ifndef NT_TURN_CLIENT_SERVERS_H
#define NT_TURN_CLIENT_SERVERS_H

#include "core/base/time.h"
#include "core/stun/client_connection.h"
#include "core/stun/message.h"

#define NT_TURN_SERVERS_MAX 8 /* asked within five minutes */

struct nt_turn_servers {
    struct {
        struct nt_addr addr;
        nt_time asked_at;
    } items[NT_TURN_SERVERS_MAX];
    size_t count;
};

void nt_turn_servers_asked(struct nt_turn_servers *s, const struct nt_addr *server, nt_time now);
/* The server that a 300 names, of the family given: NULL when it is to be asked next, otherwise why not. */
const char *nt_turn_servers_follow(struct nt_turn_servers *s, const struct nt_stun_msg *m, uint8_t family, struct nt_addr *to,
                                   nt_time now);
/* The name that the certificate of that server must have (RFC 8489, 14.16): its length; 0: the same one as before. */
size_t nt_turn_servers_domain(const struct nt_stun_msg *m, const char **name);

#endif
