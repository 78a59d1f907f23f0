/* Every field of a result, once: its key, its member, its kind. From these tables are made the JSON of a case (result_json), its
 * reader (result_parse), the freeing of it (result.c), and the records of the page (reports/page/page_record.c) with the names that
 * its script reads. */
#ifndef NT_RESULT_RESULT_FIELDS_H
#define NT_RESULT_RESULT_FIELDS_H

#include "reports/result/case.h"

enum nt_field_kind {                            /* the member; what JSON has */
                     NT_FIELD_TEXT,             /* char *; a string, or null */
                     NT_FIELD_U32,              /* uint32_t */
                     NT_FIELD_U64,              /* uint64_t below 2^63 */
                     NT_FIELD_SEED,             /* uint64_t; the signed number with the same bits */
                     NT_FIELD_TIME,             /* int64_t, milliseconds; negative, where it may be null: null */
                     NT_FIELD_LINE,             /* int; 0: null */
                     NT_FIELD_BOOL,             /* bool */
                     NT_FIELD_DECIMAL,          /* uint64_t; its digits as a string */
                     NT_FIELD_ADDRESS,          /* struct nt_addr; "address:port", or null */
                     NT_FIELD_ADDRESS_AND_PORT, /* struct nt_addr; the two members "address", or null, and "port" */
                     NT_FIELD_SIDE,             /* bool; "remote" or "local" */
                     NT_FIELD_OUTCOME,          /* enum nt_outcome; its word */
                     NT_FIELD_PATHS,            /* unsigned of enum nt_path_bit; a list of words, or null */
                     NT_FIELD_OBJECT,           /* an object of fields of the same struct or of a struct in it */
                     NT_FIELD_LIST,             /* pointer and count; a list of objects */
                     NT_FIELD_ROWS,             /* the same, of structs of numbers; a list of lists */
                     NT_FIELD_TEXTS,            /* the same, of structs with one text; a list of strings */
                     NT_FIELD_MAP,              /* pointer and count; an object of objects, whose keys are their first field */
                     NT_FIELD_PARAMS,           /* pointer and count; an object of values of any type */
                     NT_FIELD_LABELS /* the same member; an object of the labels of those that are lists or objects; left out when
                                        there are none */
};

enum nt_field_flag {
    NT_FIELD_NULL = 1,      /* it may be null, and a text may be missing when it is read; others must be there */
    NT_FIELD_OPTIONAL = 2,  /* left out while it is unset */
    NT_FIELD_EMPTY = 4,     /* a text that is "" when it is unset */
    NT_FIELD_NAME = 8,      /* the key of its object in a map */
    NT_FIELD_OVERVIEW = 16, /* the page has it for every case */
    NT_FIELD_DETAILS = 32,  /* the page has it among the details of a case */
    NT_FIELD_LATER = 128,   /* logs of earlier versions lack it */
    NT_FIELD_LOG = 256,     /* the log has it (cases.jsonl), results.json does not */
    NT_FIELD_OWN = 64       /* on the page the text stands in its record: it is hardly ever another's, too */
};
#define NT_FIELD_PAGE (NT_FIELD_OVERVIEW | NT_FIELD_DETAILS)

struct nt_record;

struct nt_field {
    const char *key;  /* ", \"key\": ", as it stands in JSON behind another one */
    const char *name; /* the key alone */
    unsigned key_len;
    enum nt_field_kind kind;
    unsigned flags;
    size_t at, count_at;        /* offsets of the member and of its count */
    const struct nt_record *of; /* OBJECT, LIST, MAP, PARAMS */
};

struct nt_record {
    const struct nt_field *fields;
    size_t count;
    size_t size; /* of its struct */
};

extern const struct nt_record nt_case_record; /* of struct nt_result_case */

static inline const void *nt_field_member(const struct nt_field *f, const void *record)
{
    return (const char *)record + f->at;
}
static inline size_t nt_field_count(const struct nt_field *f, const void *record)
{
    return *(const size_t *)(const void *)((const char *)record + f->count_at);
}
/* The first of the members of a LIST, MAP or PARAMS. */
static inline const char *nt_field_items(const struct nt_field *f, const void *record)
{
    return *(char *const *)nt_field_member(f, record);
}

#endif
