#include "scenarios/language/sections/dotted_name.h"
#include "scenarios/language/text/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 256
#define NODE_NAME_MAX 64
#define WORD_SIZE 32

static const char *const agent_events[] = {"gathered",     "offer-sent",     "offer-received", "answer-sent",   "answer-received",
                                           "check-sent",   "check-received", "prflx",          "nominated",     "selected",
                                           "completed",    "failed",         "consent-lost",   "role-switched", "restarted",
                                           "disconnected", "recovered",      "pair-changed",   "closed",        "moved"};
static const char *const gateway_events[] = {"mapped", "expired", "drop"};
static const char *const server_events[] = {"allocated", "moved"};

/* Splits "NODE.word" at its first dot; `word` is NULL without a dot. False with an error. */
static bool split_name(struct nt_load *l, const struct nt_yaml *v, const char *what, struct nt_scn_node *node, const char **word)
{
    if (v->kind != NT_YAML_SCALAR || nt_yaml_is_null(v)) {
        nt_load_error(l, v, "expected %s, not %s", what, nt_yaml_kind_name(v));
        return false;
    }
    const char *dot = strchr(v->text, '.');
    size_t len = dot != NULL ? (size_t)(dot - v->text) : v->len;
    char name[NODE_NAME_MAX + 1] = "";
    if (len <= NODE_NAME_MAX)
        memcpy(name, v->text, len);
    *node = nt_load_find_node(l, name);
    *word = dot != NULL ? dot + 1 : NULL;
    if (node->kind != NT_SCN_NODE_NONE)
        return true;
    const char *near = nt_nearest(name, l->nodes.words, l->nodes.count);
    struct nt_diag *d = nt_load_error(l, v, "unknown node '%s' in '%s'", name, v->text);
    if (near != NULL)
        nt_diag_mend(d, "did you mean '%s%s'?", near, dot != NULL ? dot : "");
    else
        nt_diag_mend(d, "write the name of a gateway, a server or an agent");
    return false;
}

static void report_unknown_word(struct nt_load *l, const struct nt_yaml *v, const char *what, const char *word,
                                struct nt_scn_node n, const char *const *words, size_t count)
{
    char list[400];
    const char *near = nt_nearest(word, words, count);
    struct nt_diag *d = nt_load_error(l, v, "unknown %s '%s' of %s", what, word, nt_load_kind_name(n.kind));
    if (near != NULL)
        nt_diag_mend(d, "did you mean '%s.%s'?", nt_scn_node_name(l->c, n), near);
    else
        nt_diag_mend(d, "%s has %s", nt_load_kind_name(n.kind), nt_words_join(list, sizeof list, words, count));
}

bool nt_load_event(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_node *node, char **event)
{
    const char *word = NULL;
    nt_time time;
    if (v->kind == NT_YAML_SCALAR && nt_unit_time(v->text, &time) == NT_UNIT_OK) {
        nt_diag_mend(nt_load_error(l, v, "'%s' is a time, not an event", v->text), "write at: %s, or an event with delay: %s",
                     v->text, v->text);
        return false;
    }
    if (!split_name(l, v, "an event", node, &word))
        return false;
    bool agent = node->kind == NT_SCN_NODE_AGENT, gateway = node->kind == NT_SCN_NODE_GATEWAY;
    const char *const *words = agent ? agent_events : gateway ? gateway_events : server_events;
    size_t count = agent     ? sizeof agent_events / sizeof *agent_events
                   : gateway ? sizeof gateway_events / sizeof *gateway_events
                             : sizeof server_events / sizeof *server_events;
    if (word == NULL) {
        nt_diag_mend(nt_load_error(l, v, "'%s' is a node, not an event", v->text), "write '%s.%s'", v->text, words[0]);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0) {
            *event = nt_load_text(l, word);
            return true;
        }
    report_unknown_word(l, v, "event", word, *node, words, count);
    return false;
}

/* The names of the attachments of a node; the node alone means the first of them. Returns how many. */
static size_t tap_words(const struct nt_load *l, struct nt_scn_node n, char words[][WORD_SIZE], size_t cap)
{
    const struct nt_scn_case *c = l->c;
    size_t count = 0;
    if (n.kind == NT_SCN_NODE_GATEWAY) {
        snprintf(words[count++], WORD_SIZE, "outside");
        for (size_t i = 0; i < c->gateways[n.index].inside_count && count < cap; i++) {
            if (i == 0)
                snprintf(words[count++], WORD_SIZE, "inside");
            else
                snprintf(words[count++], WORD_SIZE, "inside.%zu", i);
        }
        return count;
    }
    size_t on = n.kind == NT_SCN_NODE_AGENT ? c->agents[n.index].on_count : 1;
    for (size_t i = 0; i < on && count + 1 < cap; i++)
        snprintf(words[count++], WORD_SIZE, "%zu", i);
    if (n.kind == NT_SCN_NODE_AGENT || (c->servers[n.index].kinds & NT_SCN_PLATFORM) != 0)
        snprintf(words[count++], WORD_SIZE, "signalling");
    return count;
}

/* The index of the tap in the list of tap_words, or -1 with an error. */
static int find_tap(struct nt_load *l, const struct nt_yaml *v, bool signalling, struct nt_scn_node *node, char words[][WORD_SIZE])
{
    const char *word = NULL;
    if (!split_name(l, v, "an attachment", node, &word))
        return -1;
    size_t count = tap_words(l, *node, words, NAMES_MAX);
    if (!signalling && count > 0 && strcmp(words[count - 1], "signalling") == 0)
        count--;
    if (word == NULL && count > 0)
        return 0;
    const char *names[NAMES_MAX];
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0)
            return (int)i;
        names[i] = words[i];
    }
    if (count > 0)
        report_unknown_word(l, v, "attachment", word, *node, names, count);
    return -1;
}

static void mention(struct nt_load *l, struct nt_scn_node n)
{
    if (n.kind == NT_SCN_NODE_AGENT && l->mentioned != NULL)
        l->mentioned[n.index] = true;
}

char *nt_load_tap(struct nt_load *l, const struct nt_yaml *v)
{
    char words[NAMES_MAX][WORD_SIZE], full[NODE_NAME_MAX + WORD_SIZE + 2];
    struct nt_scn_node n;
    int i = find_tap(l, v, true, &n, words);
    if (i < 0)
        return NULL;
    mention(l, n);
    snprintf(full, sizeof full, "%s.%s", nt_scn_node_name(l->c, n), words[i]);
    return nt_load_text(l, full);
}

bool nt_load_port(struct nt_load *l, const struct nt_yaml *v, struct nt_scn_node *node, uint32_t *port)
{
    char words[NAMES_MAX][WORD_SIZE];
    int i = find_tap(l, v, false, node, words);
    if (i < 0)
        return false;
    *port = (uint32_t)i;
    if (node->kind == NT_SCN_NODE_GATEWAY) /* the inside attachments come first, then the outside */
        *port = i == 0 ? (uint32_t)l->c->gateways[node->index].inside_count : (uint32_t)i - 1;
    mention(l, *node);
    return true;
}
