/* What an agent logs in with at a TURN server: a password that is given, or one that is made from the server's secret. */
#ifndef NT_SECTIONS_CREDENTIAL_H
#define NT_SECTIONS_CREDENTIAL_H

#include "scenarios/language/keys/reader.h"

/* `entry`: with the keys `user`, `password` or `valid`. With a secret *user gets its time before it, *password is made, and both
 * are added to the users that the server knows. False with an error. */
bool nt_load_credential(struct nt_load *l, const struct nt_yaml *entry, struct nt_scn_server *server, char **user, char **password,
                        nt_time valid);

#endif
