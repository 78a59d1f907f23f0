/* The permissions of one allocation on the server (RFC 8656, section 9): IP addresses with a time to expiry. */
#ifndef NT_TURN_PERMISSION_H
#define NT_TURN_PERMISSION_H

#include "core/base/addr.h"
#include "core/base/map.h"
#include "core/turn/path_mtu.h"

/* RFC 8656, 9: "The Permission Lifetime MUST be 300 seconds" */
#define NT_TURN_PERMISSION_LIFETIME (300 * NT_SEC)
#define NT_TURN_PERMISSIONS_MAX 1024 /* of one allocation */

struct nt_turn_permission {
    struct nt_addr ip; /* port 0 */
    nt_time expires;
    struct nt_turn_path_mtu path; /* to the peer */
};

struct nt_turn_permissions {
    struct nt_turn_permission *items;
    size_t count, cap;
    struct nt_map by_ip;
};

void nt_turn_permissions_init(struct nt_turn_permissions *p);
void nt_turn_permissions_free(struct nt_turn_permissions *p);
/* Makes sure that there is an entry for the peer's IP, without permitting it yet. Its index, NT_ENOMEM or NT_ELIMIT. */
int nt_turn_permission_prepare(struct nt_turn_permissions *p, const struct nt_addr *peer, nt_time now);
/* Installs or refreshes a prepared permission. */
void nt_turn_permission_install(struct nt_turn_permissions *p, const struct nt_addr *peer, nt_time now);
/* What is known of the path to the peer; NULL: it has no entry. */
struct nt_turn_path_mtu *nt_turn_permission_path(const struct nt_turn_permissions *p, const struct nt_addr *peer);
bool nt_turn_permitted(const struct nt_turn_permissions *p, const struct nt_addr *peer, nt_time now);

#endif
