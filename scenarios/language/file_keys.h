/* The keys at the top of a scenario file. */
#ifndef NT_LANGUAGE_FILE_KEYS_H
#define NT_LANGUAGE_FILE_KEYS_H

#include "scenarios/language/keys/key_table.h"

struct nt_file_keys {
    const struct nt_yaml *natsim, *claim, *tags, *seed, *matrix, *networks, *gateways, *servers, *agents, *steps, *expect, *where;
};

extern const struct nt_table nt_table_file;

#endif
