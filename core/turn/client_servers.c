#include "core/turn/client_servers.h"
#include "core/base/err.h"

/* RFC 8489, 10: "If the client has been redirected to a server to which it has already sent this request within the last five
 * minutes, it MUST ignore the redirection and consider the transaction to have failed." */
#define MEMORY (300 * NT_SEC)

static void forget_old(struct nt_turn_servers *s, nt_time now)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++)
        if (now - s->items[i].asked_at < MEMORY)
            s->items[kept++] = s->items[i];
    s->count = kept;
}

static size_t place_of(const struct nt_turn_servers *s, const struct nt_addr *server)
{
    size_t i = 0;
    while (i < s->count && !nt_addr_equal(&s->items[i].addr, server))
        i++;
    return i;
}

void nt_turn_servers_asked(struct nt_turn_servers *s, const struct nt_addr *server, nt_time now)
{
    forget_old(s, now);
    size_t i = place_of(s, server);
    if (i == NT_TURN_SERVERS_MAX) /* never: the first server is asked first, and no further one is followed without room */
        return;
    s->count = i < s->count ? s->count : i + 1;
    s->items[i].addr = *server;
    s->items[i].asked_at = now;
}

/* "The server MUST include at least one ALTERNATE-SERVER attribute [...] of the same address family as the source IP address of the
 * request message." */
static bool alternate_of(const struct nt_stun_msg *m, uint8_t family, struct nt_addr *to)
{
    for (unsigned i = 0; i < m->count; i++)
        if (m->attrs[i].type == NT_ATTR_ALTERNATE_SERVER && nt_stun_attr_addr(m, &m->attrs[i], to) == NT_OK &&
            to->family == family && nt_addr_why_impossible(to) == NULL)
            return true;
    return false;
}

const char *nt_turn_servers_follow(struct nt_turn_servers *s, const struct nt_stun_msg *m, uint8_t family, struct nt_addr *to,
                                   nt_time now)
{
    forget_old(s, now);
    if (!alternate_of(m, family, to))
        return "not asked again: no ALTERNATE-SERVER of the request's family where a server can be";
    if (place_of(s, to) < s->count)
        return "not asked again: that server was asked within five minutes";
    if (s->count == NT_TURN_SERVERS_MAX)
        return "not asked again: too many servers within five minutes";
    return NULL;
}

/* "It MUST be a valid DNS name [RFC1123] [...] of 255 or fewer ASCII characters." */
static bool is_domain(const uint8_t *name, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (name[i] != '-' && name[i] != '.' && (name[i] < '0' || name[i] > '9') &&
            ((name[i] | 0x20) < 'a' || (name[i] | 0x20) > 'z'))
            return false;
    return len > 0 && len <= NT_STUN_DOMAIN_MAX;
}

size_t nt_turn_servers_domain(const struct nt_stun_msg *m, const char **name)
{
    const struct nt_stun_attr *domain = nt_stun_find(m, NT_ATTR_ALTERNATE_DOMAIN);
    *name = domain != NULL ? (const char *)domain->value : "";
    return domain != NULL && is_domain(domain->value, domain->len) ? domain->len : 0;
}
