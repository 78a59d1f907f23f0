#include "scenarios/sweep/tree_text.h"

#include <string.h>

enum form { FORM_YAML, FORM_JSON };

/* What YAML reads as it stands, also between braces: letters, digits, and what stands in addresses, times and names. */
static bool is_plain(const char *text)
{
    size_t plain = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./_-%");
    return plain > 0 && text[plain] == '\0' && text[0] != '-' && text[0] != '%';
}

static bool is_number(const char *text)
{
    return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

static bool is_switch(const char *text)
{
    return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
}

/* As both forms read it. */
static void write_quoted(struct nt_text *out, const char *text)
{
    nt_text_put(out, "\"");
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ')
            nt_text_printf(out, "\\u%04x", (unsigned)*text);
        else
            nt_text_printf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    nt_text_put(out, "\"");
}

static void write_scalar(struct nt_text *out, const char *text, enum form form)
{
    bool bare = form == FORM_YAML ? is_plain(text) : is_number(text) || is_switch(text);
    if (bare)
        nt_text_put(out, text);
    else
        write_quoted(out, text);
}

static void write_flow(struct nt_text *out, const struct nt_tree *t, enum form form)
{
    if (t->kind == NT_TREE_SCALAR) {
        write_scalar(out, t->text, form);
        return;
    }
    nt_text_put(out, t->kind == NT_TREE_MAP ? "{" : "[");
    for (size_t i = 0; i < t->count; i++) {
        nt_text_put(out, i > 0 ? ", " : "");
        if (t->kind == NT_TREE_MAP)
            nt_text_printf(out, form == FORM_JSON || !is_plain(t->items[i]->key) ? "\"%s\": " : "%s: ", t->items[i]->key);
        write_flow(out, t->items[i], form);
    }
    nt_text_put(out, t->kind == NT_TREE_MAP ? "}" : "]");
}

/* A map of maps, or a list of maps, has a line for each. */
static bool has_lines(const struct nt_tree *t)
{
    return t->count > 0 && t->items[0]->kind == NT_TREE_MAP;
}

static void write_section(struct nt_text *out, const struct nt_tree *section)
{
    nt_text_printf(out, "%s:", section->key);
    for (size_t i = 0; has_lines(section) && i < section->count; i++) {
        const struct nt_tree *item = section->items[i];
        nt_text_printf(out, item->key != NULL ? "\n  %s: " : "\n  - ", item->key);
        write_flow(out, item, FORM_YAML);
    }
    if (!has_lines(section)) {
        nt_text_put(out, " ");
        write_flow(out, section, FORM_YAML);
    }
    nt_text_put(out, "\n");
}

void nt_tree_write_yaml(struct nt_text *out, const struct nt_tree *root)
{
    for (size_t i = 0; i < root->count; i++)
        write_section(out, root->items[i]);
}

void nt_tree_write_json(struct nt_text *out, const struct nt_tree *root)
{
    write_flow(out, root, FORM_JSON);
}
