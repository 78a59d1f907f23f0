/* Words that a policy and its key `tcp` share. */
#ifndef NT_SECTIONS_POLICY_WORDS_H
#define NT_SECTIONS_POLICY_WORDS_H

#include "scenarios/language/keys/key_value.h"

extern const struct nt_word nt_words_dependence[], nt_words_ports[];

#endif
