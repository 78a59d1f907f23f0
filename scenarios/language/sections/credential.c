#include "scenarios/language/sections/credential.h"
#include "core/stun/shared_secret.h"
#include "core/stun/stun.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* 2025-01-01T00:00:00Z in seconds since 1970: 0 of virtual time. */
#define EPOCH INT64_C(1735689600)

/* What goes with a secret, and what without. */
static bool check_keys(struct nt_load *l, const struct nt_yaml *entry, const struct nt_scn_server *s, nt_time valid)
{
    const struct nt_yaml *password = nt_yaml_get(entry, "password"), *at = nt_yaml_get(entry, "valid");
    if (s->secret == NULL && valid > 0)
        nt_diag_mend(nt_load_error(l, at, "'valid' needs a server with a secret, and '%s' has none", s->name),
                     "write secret: TEXT at the server, or password");
    else if (s->secret == NULL && password == NULL)
        nt_diag_mend(nt_load_error(l, entry, "'password' is missing"), "a TURN entry needs it");
    else if (s->secret != NULL && password != NULL)
        nt_diag_mend(
            nt_load_error(l, password, "'password' has no effect: server '%s' has a secret, from which it is made", s->name),
            "write valid: 60s instead");
    else if (s->secret != NULL && valid == 0)
        nt_diag_mend(nt_load_error(l, entry, "'valid' is missing: server '%s' has a secret", s->name), "write valid: 60s");
    else if (valid % NT_SEC != 0)
        nt_diag_mend(nt_load_error(l, at, "'valid' must be whole seconds"), "write 60s");
    else
        return true;
    return false;
}

/* Another agent may have been given the same. */
static bool add_user(struct nt_load *l, struct nt_scn_server *s, const struct nt_scn_user *user)
{
    for (size_t i = 0; i < s->user_count; i++)
        if (strcmp(s->users[i].name, user->name) == 0)
            return true;
    struct nt_scn_user *users = nt_load_alloc(l, (s->user_count + 1) * sizeof *users);
    if (users == NULL)
        return false;
    if (s->user_count > 0)
        memcpy(users, s->users, s->user_count * sizeof *users);
    users[s->user_count++] = *user;
    s->users = users;
    return true;
}

bool nt_load_credential(struct nt_load *l, const struct nt_yaml *entry, struct nt_scn_server *server, char **user, char **password,
                        nt_time valid)
{
    char name[NT_STUN_USER_BYTES + 32], made[NT_STUN_SECRET_PASSWORD];
    if (!check_keys(l, entry, server, valid))
        return false;
    if (server->secret == NULL)
        return true;
    int len = snprintf(name, sizeof name, "%" PRId64 ":%s", EPOCH + valid / NT_SEC, *user);
    if (len >= NT_STUN_USER_BYTES) {
        nt_load_error(l, nt_yaml_get(entry, "user"), "with its time the user name has %d bytes: %d are the limit", len,
                      NT_STUN_USER_BYTES - 1);
        return false;
    }
    nt_stun_secret_password(server->secret, name, made);
    *user = nt_load_text(l, name);
    *password = nt_load_text(l, made);
    const struct nt_scn_user known = {.name = *user, .password = *password, .until = valid};
    return *user != NULL && *password != NULL && add_user(l, server, &known);
}
