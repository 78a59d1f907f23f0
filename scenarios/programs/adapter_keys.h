/* Every object of the contract of adapters with its keys, as in tests/interop/README.md: what is not in the table breaks it. */
#ifndef NT_PROGRAMS_ADAPTER_KEYS_H
#define NT_PROGRAMS_ADAPTER_KEYS_H

#include <jansson.h>
#include <stdbool.h>

#define NT_ADAPTER_WHY_MAX 480 /* bytes of a sentence */

enum nt_adapter_object {
    NT_ADAPTER_NO_OBJECT = -1,
    NT_OBJECT_HELLO,
    NT_OBJECT_LO,
    NT_OBJECT_SIGNAL,
    NT_OBJECT_STATE,
    NT_OBJECT_SELECTED,
    NT_OBJECT_OPEN,
    NT_OBJECT_DATA,
    NT_OBJECT_LOG,
    NT_OBJECT_BYE,
    NT_OBJECT_DESC_ICE, /* not said by themselves, but in others, from here on */
    NT_OBJECT_DESC_WEBRTC,
    NT_OBJECT_CAND,
    NT_OBJECT_LOCAL,
    NT_OBJECT_REMOTE
};

/* What was read, for people: JSON, cut where it is long. Returns buf. */
#define NT_ADAPTER_SHOWN 104
const char *nt_adapter_show(char buf[NT_ADAPTER_SHOWN], const json_t *value);
/* Which message its "t" says; NT_ADAPTER_NO_OBJECT: none, and `why` is the sentence. */
enum nt_adapter_object nt_adapter_message_of(const json_t *o, char why[NT_ADAPTER_WHY_MAX]);
/* Has `o` the keys of that object, each with a value that it may have? False: `why` is the sentence. */
bool nt_adapter_keys_hold(json_t *o, enum nt_adapter_object object, char why[NT_ADAPTER_WHY_MAX]);

#endif
