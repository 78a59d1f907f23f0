#include "reports/conformance/rfc8839.h"

#include "core/base/err.h"
#include "reports/conformance/checks.h"
#include "reports/conformance/nominations.h"
#include "reports/conformance/rfc8838.h"
#include "reports/conformance/rfc8839_answers.h"
#include "reports/conformance/rfc8839_candidates.h"
#include "reports/conformance/rfc8839_offers.h"
#include "reports/conformance/rfc8839_restarts.h"
#include "reports/conformance/sessions.h"
#include "reports/conformance/signalling.h"

/* --- the text: candidates with names, which the reader passes over --- */

/* The fifth word of a candidate line; *len 0: there is none. */
static const char *connection_address(const char *line, size_t size, size_t *len)
{
    const char *word = line, *end = line + size;
    for (int field = 1;; field++) {
        const char *blank = memchr(word, ' ', (size_t)(end - word));
        *len = (size_t)((blank != NULL ? blank : end) - word);
        if (field == 5)
            return word;
        if (blank == NULL) {
            *len = 0;
            return word;
        }
        word = blank + 1;
    }
}

/* A host name has letters, and none of the characters that only addresses have. What is neither is a breach of grammar. */
static bool is_host_name(const char *word, size_t len)
{
    struct nt_addr a;
    bool letter = false;
    for (size_t i = 0; i < len; i++) {
        bool alpha = (word[i] >= 'a' && word[i] <= 'z') || (word[i] >= 'A' && word[i] <= 'Z');
        letter = letter || alpha;
        if (!alpha && !(word[i] >= '0' && word[i] <= '9') && word[i] != '.' && word[i] != '-')
            return false;
    }
    return letter && nt_addr_parse_n(&a, word, len) != NT_OK;
}

static void judge_names(const struct told *t)
{
    static const char prefix[] = "a=candidate:";
    const char *p = t->d->text, *end = p + t->d->len;
    while (p < end) {
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        size_t len = (size_t)((eol != NULL ? eol : end) - p), word_len;
        if (len > sizeof prefix && memcmp(p, prefix, sizeof prefix - 1) == 0) {
            const char *word = connection_address(p, len, &word_len);
            nt_require(t->finder, NT_SDP_RULE_FQDN, t->d, !is_host_name(word, word_len), "a candidate with the name '%.*s'",
                       word_len > 100 ? 100 : (int)word_len, word);
        }
        p += len + 1;
    }
}

/* --- one description after another --- */

/* What the reader lacks, or limits, is no breach. */
static void judge_grammar(const struct told *t)
{
    const struct nt_sdp_notes *notes = t->d->notes;
    size_t named = 0;
    nt_exercise(t->finder, NT_SDP_RULE_GRAMMAR);
    for (size_t i = 0; i < nt_sdp_notes_kept(notes); i++) {
        if (notes->notes[i].kind != NT_SDP_BREACH)
            continue;
        named++;
        nt_find_violation(t->finder, NT_SDP_RULE_GRAMMAR, t->d->party, t->d->frame, "line %zu: %s", notes->notes[i].line,
                          notes->notes[i].what);
    }
    if (notes->of_kind[NT_SDP_LIMIT] > 0)
        nt_not_judged(t->finder, NT_SDP_RULE_GRAMMAR, t->d->party, "lines beyond the limits of the reader");
    if (notes->of_kind[NT_SDP_BREACH] > named)
        nt_find_violation(t->finder, NT_SDP_RULE_GRAMMAR, t->d->party, t->d->frame, "%zu more lines",
                          notes->of_kind[NT_SDP_BREACH] - named);
}

static void judge_ice2(const struct told *t)
{
    if (nt_view_uses_ice(t->d) && !t->d->fragment)
        nt_require(t->finder, NT_ICE_RULE_ICE2, t->d, t->d->d.ice2, "ice-options has no ice2");
}

static void judge_description(const struct told *t, const struct nt_nominations *nominations)
{
    judge_names(t);
    judge_grammar(t);
    if (t->d->err != NT_OK)
        return;
    judge_ice2(t);
    nt_rfc8839_judge_candidates(t);
    nt_rfc8838_judge_told(t, nominations);
    nt_rfc8840_judge_told(t);
    if (!t->d->fragment)
        nt_rfc8839_judge_exchange(t, nominations);
    if (!t->d->fragment)
        nt_rfc8839_judge_answer(t);
    if (!t->d->fragment && t->before != NULL)
        nt_rfc8839_judge_change(t, nominations);
}

/* RFC 8445, 2.5: "lite agents do not generate connectivity checks". */
static void judge_lite(struct nt_finder *finder, const struct nt_view_description *d)
{
    nt_require(finder, NT_SDP_RULE_LITE, d, !d->d.lite || !finder->v->parties[d->party].sends_checks,
               "ice-lite, and its sender sends checks");
}

static bool has_password(const struct nt_ice_description *d, const char *pwd)
{
    for (size_t i = 0; i < d->stream_count; i++)
        if (pwd[0] != '\0' && strcmp(d->streams[i].pwd, pwd) == 0)
            return true;
    return false;
}

static void judge_password(struct nt_finder *finder, const struct nt_view_description *d, const struct nt_view_description *other)
{
    bool same = false;
    for (size_t i = 0; i < d->d.stream_count; i++)
        same = same || has_password(&other->d, d->d.streams[i].pwd);
    nt_require(finder, NT_ICE_RULE_PASSWORDS, d, !same, "the password of %s in packet %u",
               finder->v->in->parties[other->party].name, (unsigned)other->frame);
}

/* No two agents have one password: who told it later may have taken the other's. */
static void judge_passwords(struct nt_finder *finder)
{
    const struct nt_view *v = finder->v;
    for (uint32_t p = 0; p < v->in->party_count; p++)
        for (uint32_t q = 0; q < p; q++) {
            const struct nt_view_description *a = nt_view_described(v, p, NT_DIR_OUT), *b = nt_view_described(v, q, NT_DIR_OUT);
            if (a != NULL && b != NULL)
                judge_password(finder, a->frame > b->frame ? a : b, a->frame > b->frame ? b : a);
        }
}

/* What the sender of a description told before: of the same session, else of the latest one. NULL: it is the first. */
static struct told told_before(struct nt_finder *finder, const struct nt_view_description *d)
{
    const struct nt_view *v = finder->v;
    const struct nt_view_description *last = NULL, *same = NULL;
    for (uint32_t i = v->parties[d->party].description; &v->descriptions[i] != d; i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        if (!nt_view_is_full(e) || e->direction != NT_DIR_OUT)
            continue;
        last = e;
        same = e->generation == d->generation ? e : same;
    }
    const struct nt_view_description *before = same != NULL ? same : last;
    bool changes = before != NULL && (before->generation != d->generation || /* or goes back */
                                      d->generation < nt_view_agreed_generation_at(v, d->party, d->at - 1));
    return (struct told){finder, d, before, last, changes};
}

/* The same text was sent again, whatever came between: by a message that is retransmitted, or one that changes nothing. */
static bool is_sent_again(const struct nt_view *v, const struct nt_view_description *d)
{
    for (uint32_t i = v->parties[d->party].description; &v->descriptions[i] != d; i = v->descriptions[i].next) {
        const struct nt_view_description *e = &v->descriptions[i];
        if (e->direction == NT_DIR_OUT && e->offer == d->offer && e->fragment == d->fragment && e->len == d->len &&
            memcmp(e->text, d->text, d->len) == 0)
            return true;
    }
    return false;
}

static void judge_party(struct nt_finder *finder, uint32_t party, const struct nt_nominations *nominations)
{
    const struct nt_view *v = finder->v;
    for (uint32_t i = v->parties[party].description; i != NT_VIEW_NONE; i = v->descriptions[i].next) {
        const struct nt_view_description *d = &v->descriptions[i];
        if (d->direction != NT_DIR_OUT)
            continue;
        struct told t = told_before(finder, d);
        if (!is_sent_again(v, d))
            judge_description(&t, nominations);
        if (nt_view_is_full(d))
            judge_lite(finder, d);
    }
}

void nt_rfc8839_judge(struct nt_finder *finder)
{
    struct nt_nominations nominations;
    if (nt_nominations_find(&nominations, finder->v) != NT_OK) {
        finder->err = NT_ENOMEM;
        return;
    }
    for (uint32_t p = 0; p < finder->v->in->party_count; p++) {
        judge_party(finder, p, &nominations);
        if (finder->v->parties[p].unread)
            nt_not_judged(finder, NT_SDP_RULE_GRAMMAR, p, "a SIP message that is not read, or of a kind that is not");
    }
    nt_rfc8839_judge_owed(finder, &nominations);
    nt_rfc8838_judge_checks(finder);
    nt_rfc8838_judge_remotes(finder);
    judge_passwords(finder);
    nt_nominations_free(&nominations);
}
