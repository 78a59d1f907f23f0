/* Where data goes, as results and scenarios spell it. Each value is a bit, so that several may be expected. */
#ifndef NT_RESULT_WORDS_H
#define NT_RESULT_WORDS_H

#include <stddef.h>

/* X(name, bit, word), in the order in which they are listed */
#define NT_PATHS(X)                                                                                                                \
    X(DIRECT, 1, "direct")                                                                                                         \
    X(RELAYED, 2, "relayed")                                                                                                       \
    X(NONE, 4, "none")

#define NT_PATH_BIT(name, bit, word) NT_PATH_##name = (bit),
enum nt_path_bit { NT_PATHS(NT_PATH_BIT) };

#define NT_PATHS_TEXT 32 /* room for all of them */

const char *nt_path_name(unsigned bit);
unsigned nt_path_by_name(const char *word);                        /* 0: no such word */
const char *nt_paths_text(unsigned bits, char buf[NT_PATHS_TEXT]); /* "direct or relayed" */

#endif
