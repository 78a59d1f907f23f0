/* The words for roles, states and acts of steps in scenarios, results and reports: one table each, for readers and writers. */
#ifndef NT_MODEL_WORDS_H
#define NT_MODEL_WORDS_H

#include "core/ice/ice.h"

struct nt_word {
    const char *name;
    int value;
    bool unbuilt; /* a word of the language that is not in this version */
};

/* Each table ends with a NULL name. */
extern const struct nt_word nt_role_words[];        /* enum nt_ice_role: controlling, controlled */
extern const struct nt_word nt_agent_state_words[]; /* enum nt_ice_state: new, gathering, running, ... */
extern const struct nt_word nt_pair_state_words[];  /* enum nt_ice_pair_state: frozen, waiting, in-progress, ... */
extern const struct nt_word nt_link_words[];        /* up or not: down, up */
extern const struct nt_word nt_nat_step_words[];    /* enum nt_control: reboot, flush, renumber */
extern const struct nt_word nt_server_step_words[]; /* enum nt_scn_server_do: stop, start, ... */
extern const struct nt_word nt_way_words[];         /* enum nt_scn_way: both, from, to */
extern const struct nt_word nt_message_words[];     /* enum nt_scn_message: offer, answer, any, candidate */

/* The word for a value; "?" when the table has none. */
const char *nt_word_name(const struct nt_word *words, int64_t value);
const char *nt_role_name(enum nt_ice_role role);
const char *nt_agent_state_name(enum nt_ice_state state);

#endif
