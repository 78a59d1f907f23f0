#include "scenarios/programs/adapter_keys.h"
#include "core/base/diag.h"
#include "core/base/err.h"
#include "reports/result/text.h"
#include "scenarios/programs/program_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 8
#define KEYS_MAX 6
#define MESSAGES (NT_OBJECT_BYE + 1) /* the first objects */

_Static_assert(NT_ADAPTER_SHOWN == NT_PROGRAM_WORDS_MAX, "one way to cut what people read");

enum type { TEXT = 1, LINES, WORD, WORDS, FLAG, NUMBER, OBJECT };

struct key {
    const char *name;
    enum type type;
    bool needed, may_be_null;
    long min, max;                /* bytes of TEXT and LINES; the value of NUMBER */
    const char *words[WORDS_MAX]; /* of WORD, and of each item of WORDS */
    const char *example;
};

struct object {
    const char *name, *called; /* "t"; in sentences */
    struct key keys[KEYS_MAX];
};

#define NEEDED .needed = true
#define OR_NULL .may_be_null = true

#define W3C_ICE                                                                                                                    \
    {                                                                                                                              \
        "new", "checking", "connected", "completed", "disconnected", "failed", "closed"                                            \
    }
#define W3C_CONN                                                                                                                   \
    {                                                                                                                              \
        "new", "connecting", "connected", "disconnected", "failed", "closed"                                                       \
    }
#define TYPES                                                                                                                      \
    {                                                                                                                              \
        "host", "srflx", "prflx", "relay"                                                                                          \
    }
#define CAND "{\"candidate\":\"candidate:...\"} or {\"end\":true}"
#define END "{\"type\":\"host\",\"addr\":\"10.1.0.2\",\"port\":50000}"
#define CREDENTIAL .min = 1, .max = 256

/* clang-format off */
#define END_KEYS { \
    {"type", WORD, NEEDED, .words = TYPES}, \
    {"addr", TEXT, OR_NULL, .max = 60, .example = "\"10.1.0.2\""}, \
    {"port", NUMBER, OR_NULL, .max = 65535, .example = "50000"}, \
    {"proto", TEXT, OR_NULL, .max = 20, .example = "\"udp\""}}

static const struct object objects[] = {
    [NT_OBJECT_HELLO] = {"hello", "'hello'", {
        {"kind", WORD, NEEDED, .words = {"ice", "webrtc"}},
        {"stack", TEXT, .max = 60, .example = "\"libnice\""},
        {"version", TEXT, .max = 60, .example = "\"0.1.21\""},
        {.name = "trickle", .type = FLAG},
        {"caps", WORDS, .words = {"restart"}},
        {"local_type", WORD, .words = {"candidate", "base"}}}},
    [NT_OBJECT_LO] = {"lo", "'lo'", {{0}}},
    [NT_OBJECT_SIGNAL] = {"signal", "'signal'", {
        {"desc", OBJECT, .example = "{\"type\":\"offer\",\"ufrag\":\"...\",\"pwd\":\"...\"}"},
        {"cand", OBJECT, .example = CAND}}},
    [NT_OBJECT_STATE] = {"state", "'state'", {
        {"ice", WORD, .words = W3C_ICE},
        {"conn", WORD, .words = W3C_CONN}}},
    [NT_OBJECT_SELECTED] = {"selected", "'selected'", {
        {"local", OBJECT, NEEDED, .example = END},
        {"remote", OBJECT, NEEDED, .example = END}}},
    [NT_OBJECT_OPEN] = {"open", "'open'", {{0}}},
    [NT_OBJECT_DATA] = {"data", "'data'", {
        {"ok", FLAG, NEEDED},
        {"n", NUMBER, NEEDED, .max = 999999, .example = "20"}}},
    [NT_OBJECT_LOG] = {"log", "'log'", {{0}}},
    [NT_OBJECT_BYE] = {"bye", "'bye'", {{0}}},
    [NT_OBJECT_DESC_ICE] = {NULL, "\"desc\" of kind ice", {
        {"type", WORD, NEEDED, .words = {"offer", "answer"}},
        {"ufrag", TEXT, NEEDED, CREDENTIAL, .example = "\"8hhY\""},
        {"pwd", TEXT, NEEDED, CREDENTIAL, .example = "\"asd88fgpdd777uzjYhagZg\""},
        {"options", TEXT, OR_NULL, .max = 1000, .example = "\"ice2 trickle\""}}},
    [NT_OBJECT_DESC_WEBRTC] = {NULL, "\"desc\" of kind webrtc", {
        {"type", WORD, NEEDED, .words = {"offer", "answer"}},
        {"sdp", LINES, NEEDED, .min = 1, .max = 65535, .example = "\"v=0...\""}}},
    [NT_OBJECT_CAND] = {NULL, "\"cand\"", {
        {"candidate", TEXT, .max = 65535, .example = "\"candidate:1 1 udp 2130706431 10.1.0.2 50000 typ host\""},
        {.name = "end", .type = FLAG},
        {"ufrag", TEXT, CREDENTIAL, .example = "\"8hhY\""},
        {"sdpMid", TEXT, OR_NULL, .max = 1000, .example = "\"0\""},
        {"sdpMLineIndex", NUMBER, OR_NULL, .max = 65535, .example = "0"}, /* these two: W3C's RTCIceCandidateInit */
        {"usernameFragment", TEXT, OR_NULL, .max = 256, .example = "\"8hhY\""}}},
    [NT_OBJECT_LOCAL] = {NULL, "\"local\" of 'selected'", END_KEYS},
    [NT_OBJECT_REMOTE] = {NULL, "\"remote\" of 'selected'", END_KEYS},
};
/* clang-format on */

static size_t key_count(const struct object *object)
{
    size_t n = 0;
    while (n < KEYS_MAX && object->keys[n].name != NULL)
        n++;
    return n;
}

static size_t word_count(const struct key *key)
{
    size_t n = 0;
    while (n < WORDS_MAX && key->words[n] != NULL)
        n++;
    return n;
}

/* --- sentences --- */

/* "a", "b" or "c" */
static void add_words(struct nt_text *t, const char *const *words, size_t n, const char *last)
{
    for (size_t i = 0; i < n; i++)
        nt_text_printf(t, "%s\"%s\"", i == 0 ? "" : i + 1 == n ? last : ", ", words[i]);
}

static void add_expected(struct nt_text *t, const struct key *key)
{
    switch (key->type) {
    case TEXT: nt_text_printf(t, "one line of text of %s%ld bytes", key->min > 0 ? "1 to " : "at most ", key->max); break;
    case LINES: nt_text_printf(t, "a text of 1 to %ld bytes", key->max); break;
    case WORD: add_words(t, key->words, word_count(key), " or "); break;
    case WORDS:
        nt_text_put(t, "a list of ");
        add_words(t, key->words, word_count(key), " and ");
        break;
    case FLAG: nt_text_put(t, "true or false"); break;
    case NUMBER: nt_text_printf(t, "a whole number from %ld to %ld", key->min, key->max); break;
    case OBJECT: nt_text_put(t, "an object"); break;
    }
    nt_text_put(t, key->may_be_null ? ", or null" : "");
}

static bool give(struct nt_text *t, char why[NT_ADAPTER_WHY_MAX])
{
    snprintf(why, NT_ADAPTER_WHY_MAX, "%s", t->err == NT_OK ? t->p : "out of memory");
    nt_text_free(t);
    return false;
}

const char *nt_adapter_show(char buf[NT_ADAPTER_SHOWN], const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
    nt_program_words(buf, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
    free(text);
    return buf;
}

static void add_did_you_mean(struct nt_text *t, const char *near)
{
    nt_text_printf(t, ": did you mean \"%s\"?", near);
}

static bool wrong_value(const struct object *object, const struct key *key, const json_t *value, char why[NT_ADAPTER_WHY_MAX])
{
    struct nt_text t = {0};
    char shown[NT_ADAPTER_SHOWN];
    const char *text = json_string_value(value);
    const char *near = text != NULL && key->type == WORD ? nt_nearest(text, key->words, word_count(key)) : NULL;
    nt_text_printf(&t, "%s has \"%s\":%s where ", object->called, key->name, nt_adapter_show(shown, value));
    add_expected(&t, key);
    nt_text_put(&t, " is expected");
    if (key->example != NULL)
        nt_text_printf(&t, ", such as %s", key->example);
    if (near != NULL)
        add_did_you_mean(&t, near);
    return give(&t, why);
}

static bool missing_key(const struct object *object, const struct key *key, char why[NT_ADAPTER_WHY_MAX])
{
    struct nt_text t = {0};
    nt_text_printf(&t, "%s has no \"%s\": ", object->called, key->name);
    add_expected(&t, key);
    nt_text_put(&t, " is expected");
    if (key->example != NULL)
        nt_text_printf(&t, ", such as %s", key->example);
    return give(&t, why);
}

static size_t names_of_keys(const struct object *object, const char *names[KEYS_MAX])
{
    size_t n = key_count(object);
    for (size_t i = 0; i < n; i++)
        names[i] = object->keys[i].name;
    return n;
}

static const struct key *key_named(const struct object *object, const char *name)
{
    for (size_t i = 0; i < key_count(object); i++)
        if (strcmp(object->keys[i].name, name) == 0)
            return &object->keys[i];
    return NULL;
}

/* The other kind's description has it. */
static bool is_of_other_kind(const struct object *object, const char *name)
{
    const struct object *other = object == &objects[NT_OBJECT_DESC_ICE]      ? &objects[NT_OBJECT_DESC_WEBRTC]
                                 : object == &objects[NT_OBJECT_DESC_WEBRTC] ? &objects[NT_OBJECT_DESC_ICE]
                                                                             : NULL;
    return other != NULL && key_named(other, name) != NULL;
}

static bool unknown_key(const struct object *object, const char *name, const json_t *value, char why[NT_ADAPTER_WHY_MAX])
{
    struct nt_text t = {0};
    char shown[NT_ADAPTER_SHOWN], cut[NT_PROGRAM_WORDS_MAX];
    const char *names[KEYS_MAX];
    size_t n = names_of_keys(object, names);
    const char *near = nt_nearest(name, names, n);
    nt_text_printf(&t, "%s has \"%s\":%s, a key that is not its own", object->called, nt_program_words(cut, name, strlen(name)),
                   nt_adapter_show(shown, value));
    if (is_of_other_kind(object, name))
        nt_text_put(&t, " but the other kind's: is the \"kind\" of 'hello' right?");
    else if (near != NULL)
        add_did_you_mean(&t, near);
    else if (n == 0)
        nt_text_put(&t, ": it has \"t\" alone; what is free to say is for 'log' or standard error");
    else {
        nt_text_put(&t, ": it has ");
        add_words(&t, names, n, " and ");
        nt_text_put(&t, "; what is free to say is for 'log' or standard error");
    }
    return give(&t, why);
}

/* --- checks --- */

static bool is_word(const struct key *key, const char *text)
{
    for (size_t i = 0; i < word_count(key); i++)
        if (strcmp(key->words[i], text) == 0)
            return true;
    return false;
}

static bool are_words(const struct key *key, const json_t *list)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        if (!json_is_string(item) || !is_word(key, json_string_value(item)))
            return false;
    }
    return json_is_array(list);
}

static bool length_holds(const struct key *key, const json_t *value)
{
    size_t len = json_string_length(value);
    return len >= (size_t)key->min && len <= (size_t)key->max;
}

static bool value_holds(const struct key *key, const json_t *value)
{
    const char *text = json_string_value(value);
    if (json_is_null(value) && key->may_be_null)
        return true;
    switch (key->type) {
    case TEXT: return text != NULL && length_holds(key, value) && strpbrk(text, "\r\n") == NULL;
    case LINES: return text != NULL && length_holds(key, value);
    case WORD: return text != NULL && is_word(key, text);
    case WORDS: return are_words(key, value);
    case FLAG: return json_is_boolean(value);
    case NUMBER: return json_is_integer(value) && json_integer_value(value) >= key->min && json_integer_value(value) <= key->max;
    case OBJECT: return json_is_object(value);
    }
    return false;
}

enum nt_adapter_object nt_adapter_message_of(const json_t *o, char why[NT_ADAPTER_WHY_MAX])
{
    const char *names[MESSAGES];
    const json_t *said = json_object_get(o, "t");
    const char *t = json_string_value(said);
    char shown[NT_ADAPTER_SHOWN];
    struct nt_text text = {0};
    for (int i = 0; i < MESSAGES; i++) {
        names[i] = objects[i].name;
        if (t != NULL && strcmp(t, names[i]) == 0)
            return (enum nt_adapter_object)i;
    }
    if (said == NULL)
        nt_text_printf(&text, "a message has no \"t\": %s: it says which message it is: ", nt_adapter_show(shown, o));
    else
        nt_text_printf(&text, "\"t\":%s is no message of an adapter: ", nt_adapter_show(shown, said));
    const char *near = t != NULL ? nt_nearest(t, names, MESSAGES) : NULL;
    if (near != NULL)
        nt_text_printf(&text, "did you mean \"%s\"?", near);
    else
        add_words(&text, names, MESSAGES, " or ");
    give(&text, why);
    return NT_ADAPTER_NO_OBJECT;
}

bool nt_adapter_keys_hold(json_t *o, enum nt_adapter_object object, char why[NT_ADAPTER_WHY_MAX])
{
    const struct object *its = &objects[object];
    const char *name;
    json_t *value;
    json_object_foreach(o, name, value)
    {
        const struct key *key = key_named(its, name);
        if ((object < MESSAGES && strcmp(name, "t") == 0) || object == NT_OBJECT_LOG)
            continue;
        if (key == NULL)
            return unknown_key(its, name, value, why);
        if (!value_holds(key, value))
            return wrong_value(its, key, value, why);
    }
    for (size_t i = 0; i < key_count(its); i++)
        if (its->keys[i].needed && json_object_get(o, its->keys[i].name) == NULL)
            return missing_key(its, &its->keys[i], why);
    return true;
}
