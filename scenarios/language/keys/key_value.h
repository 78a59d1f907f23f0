/* The keys of the language: the type of a key's value, its bounds and words, and the readers of one value. */
#ifndef NT_KEYS_KEY_VALUE_H
#define NT_KEYS_KEY_VALUE_H

#include "scenarios/language/keys/reader.h"
#include "scenarios/model/words.h"

enum nt_key_type {
    NT_KEY_NODE = 0, /* const struct nt_yaml *: the caller reads it */
    NT_KEY_TEXT,     /* char * */
    NT_KEY_TIME,     /* nt_time */
    NT_KEY_RATE,     /* uint64_t */
    NT_KEY_PERCENT,  /* uint32_t */
    NT_KEY_U16,
    NT_KEY_U32,
    NT_KEY_U64,
    NT_KEY_I32,      /* int32_t */
    NT_KEY_DECIMAL,  /* int32_t in thousandths, like its bounds */
    NT_KEY_BOOL,     /* on, off, true, false */
    NT_KEY_NOT,      /* bool: true for off, false for on */
    NT_KEY_TRI,      /* enum nt_tri */
    NT_KEY_WORD,     /* int or enum */
    NT_KEY_WORDS,    /* unsigned: a word, or a list of words, whose values are bits */
    NT_KEY_ADDR,     /* struct nt_addr without port */
    NT_KEY_ENDPOINT, /* struct nt_addr with port */
    NT_KEY_PREFIX4,
    NT_KEY_PREFIX6,
    NT_KEY_COUNT, /* struct nt_scn_count */
    NT_KEY_SPAN   /* struct nt_scn_count of nanoseconds */
};

enum {
    NT_KEY_REQUIRED = 1,
    NT_KEY_UNBUILT = 2,
    NT_KEY_ONLY = 4,   /* larger values are not in this version */
    NT_KEY_DEMANDS = 8 /* a count that demands something where it is not given, so that ">= 0" means something */
};

#define NT_KEY_SIGNED(n) ((uint64_t)(int64_t)(n)) /* a bound of I32 and DECIMAL */

struct nt_key {
    const char *name;
    enum nt_key_type type;
    size_t offset;
    uint64_t low, high;          /* of numbers and times; high: the most bytes of a text; 0, 0: no bounds */
    const struct nt_word *words; /* WORD, WORDS; ends with a NULL name */
    const char *schema;          /* NODE: its JSON Schema */
    unsigned flags;
    const char *doc;
};

/* Reads one value of that type into its field of *object. True without errors. */
bool nt_key_read(struct nt_load *l, const struct nt_key *k, const struct nt_yaml *v, void *object);
/* The value of a word of the table; false with an error that names `what`. */
bool nt_word_read(struct nt_load *l, const struct nt_word *words, const char *what, const struct nt_yaml *v, int *value);

#endif
