#include "scenarios/programs/command_words.h"

#include <string.h>

static bool is_between(char c)
{
    return strchr(" \t\n;|&()<>", c) != NULL;
}

bool nt_command_next(const char **command, struct nt_command_word *w)
{
    const char *p = *command;
    char quote = '\0';
    size_t len = 0;
    w->known = true;
    while (*p != '\0' && is_between(*p))
        p++;
    const char *start = p;
    for (; *p != '\0' && (quote != '\0' || !is_between(*p)); p++) {
        if (quote != '\0' ? *p == quote : *p == '\'' || *p == '"') {
            quote = quote != '\0' ? '\0' : *p;
            continue;
        }
        w->known = w->known && (quote == '\'' || strchr("$`*?[~", *p) == NULL);
        if (*p == '\\' && quote != '\'' && p[1] != '\0')
            p++;
        if (len + 1 < sizeof w->text)
            w->text[len++] = *p;
        else
            w->known = false;
    }
    w->text[len] = '\0';
    *command = p;
    return p != start;
}

static bool is_assignment(const char *word)
{
    size_t name = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    return name > 0 && word[name] == '=';
}

bool nt_command_program(const char *command, struct nt_command_word *w)
{
    while (nt_command_next(&command, w))
        if (!is_assignment(w->text) && strcmp(w->text, "exec") != 0)
            return w->known;
    return false;
}
