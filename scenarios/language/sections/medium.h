/* The medium of a network: which keys go with which, losses in bursts, a Wi-Fi cell. */
#ifndef NT_SECTIONS_MEDIUM_H
#define NT_SECTIONS_MEDIUM_H

#include "scenarios/language/keys/key_table.h"

extern const struct nt_word nt_medium_words[];
extern const struct nt_table nt_table_burst, nt_table_wifi;

/* Reads and checks the keys of a network `v` that depend on its medium, after its table was read. `burst`, `wifi` may be NULL. */
void nt_load_medium(struct nt_load *l, const struct nt_yaml *v, const struct nt_yaml *burst, const struct nt_yaml *wifi,
                    struct nt_scn_network *n);

#endif
