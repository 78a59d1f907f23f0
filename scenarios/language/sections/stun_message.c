#include "scenarios/language/sections/stun_message.h"
#include "scenarios/language/sections/hex.h"

#include "core/base/rand.h"
#include "core/stun/stun.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define VALUE_MAX 1200

struct stun_form {
    int class_;
    const struct nt_yaml *method, *attributes;
};

static const struct nt_word classes[] = {{"request", NT_STUN_REQUEST, false},
                                         {"indication", NT_STUN_INDICATION, false},
                                         {"success", NT_STUN_SUCCESS, false},
                                         {"error", NT_STUN_ERROR, false},
                                         {NULL, 0, false}};
static const struct nt_key stun_keys[] = {
    {.name = "class",
     .type = NT_KEY_WORD,
     .offset = offsetof(struct stun_form, class_),
     .words = classes,
     .flags = NT_KEY_REQUIRED,
     .doc = "request, indication, success or error"},
    {.name = "method",
     .offset = offsetof(struct stun_form, method),
     .schema = "{\"type\": \"string\"}",
     .flags = NT_KEY_REQUIRED,
     .doc = "as in Binding, Allocate"},
    {.name = "attributes",
     .offset = offsetof(struct stun_form, attributes),
     .schema = "{\"type\": \"object\"}",
     .doc = "by name or number (0x7ffe), in order: an address, number, text, true, or {hex: ...}; MESSAGE-INTEGRITY: the password"},
};
const struct nt_table nt_table_stun = NT_TABLE("stun", "'stun'", stun_keys);

enum value {
    VALUE_HEX,
    VALUE_ADDRESS,
    VALUE_U32,
    VALUE_U64,
    VALUE_TEXT,
    VALUE_FLAG,
    VALUE_ERROR,
    VALUE_HIGH16,
    VALUE_HIGH8,
    VALUE_KEY,
    VALUE_CRC
};

static enum value value_of(int type)
{
    switch (type) {
    case NT_ATTR_MAPPED_ADDRESS:
    case NT_ATTR_XOR_MAPPED_ADDRESS:
    case NT_ATTR_XOR_PEER_ADDRESS:
    case NT_ATTR_XOR_RELAYED_ADDRESS:
    case NT_ATTR_ALTERNATE_SERVER:
    case NT_ATTR_RESPONSE_ORIGIN:
    case NT_ATTR_OTHER_ADDRESS: return VALUE_ADDRESS;
    case NT_ATTR_PRIORITY:
    case NT_ATTR_LIFETIME:
    case NT_ATTR_CONNECTION_ID:
    case NT_ATTR_CHANGE_REQUEST: return VALUE_U32;
    case NT_ATTR_ICE_CONTROLLED:
    case NT_ATTR_ICE_CONTROLLING: return VALUE_U64;
    case NT_ATTR_USERNAME:
    case NT_ATTR_REALM:
    case NT_ATTR_NONCE:
    case NT_ATTR_SOFTWARE:
    case NT_ATTR_DATA: return VALUE_TEXT;
    case NT_ATTR_USE_CANDIDATE:
    case NT_ATTR_DONT_FRAGMENT: return VALUE_FLAG;
    case NT_ATTR_ERROR_CODE: return VALUE_ERROR;
    case NT_ATTR_CHANNEL_NUMBER:
    case NT_ATTR_RESPONSE_PORT: return VALUE_HIGH16;
    case NT_ATTR_REQUESTED_TRANSPORT:
    case NT_ATTR_REQUESTED_ADDRESS_FAMILY:
    case NT_ATTR_ADDITIONAL_ADDRESS_FAMILY:
    case NT_ATTR_EVEN_PORT: return VALUE_HIGH8;
    case NT_ATTR_MESSAGE_INTEGRITY:
    case NT_ATTR_MESSAGE_INTEGRITY_SHA256: return VALUE_KEY;
    case NT_ATTR_FINGERPRINT: return VALUE_CRC;
    default: return VALUE_HEX;
    }
}

static int number_of(const char *text)
{
    unsigned n = 0;
    int used = 0;
    if (strncmp(text, "0x", 2) != 0 || strlen(text) > 6 || sscanf(text + 2, "%4x%n", &n, &used) != 1 || text[2 + used] != '\0')
        return -1;
    return (int)n;
}

/* The number of a registered name, in upper or lower case; -1: there is none. */
static int find_name(const char *text, const char *(*name)(uint16_t), uint32_t end)
{
    for (uint32_t i = 0; i < end; i++)
        if (name((uint16_t)i) != NULL && strcasecmp(text, name((uint16_t)i)) == 0)
            return (int)i;
    return -1;
}

static int attribute_type(struct nt_load *l, const struct nt_yaml *key)
{
    int type = find_name(key->text, nt_stun_attr_name, 0x10000);
    if (type < 0)
        type = number_of(key->text);
    if (type >= 0)
        return type;
    const char *names[128];
    size_t n = 0;
    for (uint32_t t = 0; t < 0x10000 && n < 128; t += t == 0x7f ? 0x7f81 : 1)
        if (nt_stun_attr_name((uint16_t)t) != NULL)
            names[n++] = nt_stun_attr_name((uint16_t)t);
    struct nt_diag *d = nt_load_error(l, key, "unknown attribute '%s'", key->text);
    if (!nt_suggest(d, key->text, names, n))
        nt_diag_mend(d, "write its registered name, or its number as in 0x7ffe");
    return -1;
}

static void add_number(struct nt_load *l, const struct nt_yaml *key, const struct nt_yaml *v, enum value kind,
                       struct nt_stun_builder *b, uint16_t type)
{
    uint64_t high = kind == VALUE_U32      ? UINT32_MAX
                    : kind == VALUE_HIGH16 ? UINT16_MAX
                    : kind == VALUE_HIGH8  ? UINT8_MAX
                    : kind == VALUE_ERROR  ? 699
                                           : UINT64_MAX;
    const struct nt_key k = {.name = key->text, .type = NT_KEY_U64, .low = kind == VALUE_ERROR ? 300 : 0, .high = high};
    uint64_t n = 0;
    if (!nt_key_read(l, &k, v, &n))
        return;
    if (kind == VALUE_U64)
        nt_stun_add_u64(b, type, n);
    else if (kind == VALUE_ERROR)
        nt_stun_add_error(b, (int)n, NULL);
    else if (type == NT_ATTR_EVEN_PORT)
        nt_stun_add(b, type, &(uint8_t){(uint8_t)n}, 1);
    else
        nt_stun_add_u32(b, type, (uint32_t)(kind == VALUE_HIGH16 ? n << 16 : kind == VALUE_HIGH8 ? n << 24 : n));
}

static void add_text(struct nt_load *l, const struct nt_yaml *key, const struct nt_yaml *v, enum value kind,
                     struct nt_stun_builder *b, uint16_t type)
{
    const struct nt_key k = {.name = key->text, .type = NT_KEY_TEXT};
    char *text = NULL;
    if (!nt_key_read(l, &k, v, &text) || text == NULL)
        return;
    if (kind == VALUE_TEXT) {
        nt_stun_add_text(b, type, text);
        return;
    }
    struct nt_stun_key password;
    nt_stun_key_short(&password, text);
    if (type == NT_ATTR_MESSAGE_INTEGRITY)
        nt_stun_add_integrity(b, &password);
    else
        nt_stun_add_integrity_sha256(b, &password);
}

static void add_flag(struct nt_load *l, const struct nt_yaml *key, const struct nt_yaml *v, enum value kind,
                     struct nt_stun_builder *b, uint16_t type)
{
    const struct nt_key k = {.name = key->text, .type = NT_KEY_BOOL};
    bool on = false;
    if (!nt_key_read(l, &k, v, &on))
        return;
    if (!on)
        nt_diag_mend(nt_load_error(l, v, "'%s: %s' has no effect", key->text, v->text), "write true, or leave it out");
    else if (kind == VALUE_CRC)
        nt_stun_add_fingerprint(b);
    else
        nt_stun_add(b, type, "", 0);
}

static void add_attribute(struct nt_load *l, const struct nt_yaml *key, const struct nt_yaml *v, struct nt_stun_builder *b)
{
    int type = attribute_type(l, key);
    const struct nt_yaml *hex = nt_yaml_get(v, "hex");
    const struct nt_key address = {.name = key->text, .type = NT_KEY_ENDPOINT};
    uint8_t bytes[VALUE_MAX];
    size_t len = 0;
    struct nt_addr a;
    if (type < 0)
        return;
    enum value kind = hex != NULL ? VALUE_HEX : value_of(type);
    switch (kind) {
    case VALUE_HEX:
        if (nt_load_hex(l, hex != NULL ? hex : v, bytes, sizeof bytes, &len))
            nt_stun_add(b, (uint16_t)type, bytes, len);
        break;
    case VALUE_ADDRESS:
        if (nt_key_read(l, &address, v, &a))
            nt_stun_add_addr(b, (uint16_t)type, &a);
        break;
    case VALUE_TEXT:
    case VALUE_KEY: add_text(l, key, v, kind, b, (uint16_t)type); break;
    case VALUE_FLAG:
    case VALUE_CRC: add_flag(l, key, v, kind, b, (uint16_t)type); break;
    default: add_number(l, key, v, kind, b, (uint16_t)type); break;
    }
}

static int method_of(struct nt_load *l, const struct nt_yaml *v)
{
    int method = v->kind == NT_YAML_SCALAR ? find_name(v->text, nt_stun_method_name, 0x1000) : -1;
    if (method < 0 && v->kind == NT_YAML_SCALAR)
        method = number_of(v->text);
    if (method < 0 || method > 0xfff) {
        nt_diag_mend(nt_load_error(l, v, "unknown method '%s'", v->kind == NT_YAML_SCALAR ? v->text : nt_yaml_kind_name(v)),
                     "write Binding, Allocate, Refresh, Send, Data, CreatePermission or ChannelBind, or a number as in 0x7f");
        return -1;
    }
    return method;
}

size_t nt_load_stun_message(struct nt_load *l, const struct nt_yaml *v, size_t number, uint8_t *buf, size_t cap)
{
    struct stun_form f = {0};
    if (!nt_table_read(l, &nt_table_stun, v, &f))
        return 0;
    int method = method_of(l, f.method);
    uint8_t id[NT_STUN_ID];
    char label[32];
    struct nt_rand r;
    struct nt_stun_builder b;
    snprintf(label, sizeof label, "inject/%zu", number);
    nt_rand_init(&r, l->c->seed, label);
    nt_rand_bytes(&r, id, sizeof id);
    nt_stun_start(&b, buf, cap, (enum nt_stun_class)f.class_, (uint16_t)(method < 0 ? 1 : method), id);
    if (f.attributes != NULL && f.attributes->kind != NT_YAML_MAP)
        nt_diag_mend(nt_load_error(l, f.attributes, "'attributes' must be a mapping, not %s", nt_yaml_kind_name(f.attributes)),
                     "write {USERNAME: text}");
    for (size_t i = 0; f.attributes != NULL && f.attributes->kind == NT_YAML_MAP && i < f.attributes->count; i++)
        add_attribute(l, f.attributes->keys[i], f.attributes->items[i], &b);
    int len = nt_stun_finish(&b);
    if (len < 0)
        nt_load_error(l, v, "the message is longer than %zu bytes", cap);
    return len < 0 ? 0 : (size_t)len;
}
