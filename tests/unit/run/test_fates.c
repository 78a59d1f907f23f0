/* No packet without a fate: every suite in virtual time, every case. A datagram that reaches a host of ours is answered, or tells
 * in an event what it did, or the capture says why it was dropped or passed over.
 *
 * What counts: an event of the node while it takes the packet, and a packet that leaves it right after. What needs neither, and
 * what this test therefore cannot see, is in is_expected. Nor does it see an event that speaks of another packet. */
#include "core/sdp/sdp.h"
#include "core/stun/stun.h"
#include "core/turn/channel_data.h"
#include "pcap/annotate.h"
#include "scenarios/files/suites.h"
#include "scenarios/run/explore.h"
#include "tests/unit/loaded.h"

#include <stdio.h>

static const char *const suites[] = {"changes", "classic", "consent",        "forged", "gathering", "hairpin", "ipv6",   "language",
                                     "loss",    "nested",  "peer-reflexive", "relay",  "rfc4787",   "roles",   "trickle"};

struct telling {
    const struct nt_capture *capture;
    const struct nt_scn_case *scn;
    bool told[NT_CAPTURE_KEPT_FRAMES + 1]; /* by frame: its node said something while it took it */
};

static struct nt_capture capture;
static struct telling telling;
static size_t cases, taken, silent;

static void hear(void *user, const struct nt_scn_case *c, struct nt_scn_node node, const struct nt_trace_event *ev)
{
    struct telling *t = user;
    const struct nt_capture_frame *f = nt_capture_frame_at(t->capture, t->capture->total);
    if (ev->kind == NT_TR_STEP || ev->kind == NT_TR_NODE) /* not of the program */
        return;
    if (f != NULL && t->capture->total <= NT_CAPTURE_KEPT_FRAMES && f->at == ev->at &&
        strcmp(t->capture->taps[f->tap].node, nt_scn_node_name(c, node)) == 0)
        t->told[t->capture->total] = true;
}

static bool same_node(const struct nt_capture_frame *f, const struct nt_capture_frame *g)
{
    return strcmp(capture.taps[f->tap].node, capture.taps[g->tap].node) == 0;
}

static bool is_answered(size_t i)
{
    const struct nt_capture_frame *f = &capture.frames[i], *next = f + 1;
    return i + 1 < capture.frame_count && next->direction == NT_DIR_OUT && next->at == f->at && same_node(f, next);
}

/* The STUN message that a datagram is, or that TURN carries in it; false: none. */
static bool message_in(const uint8_t *bytes, size_t len, struct nt_stun_msg *m)
{
    uint16_t channel;
    const uint8_t *inner;
    size_t inner_len;
    if (nt_channel_data_parse(bytes, len, &channel, &inner, &inner_len))
        return message_in(inner, inner_len, m);
    if (!nt_stun_looks_like(bytes, len) || nt_stun_parse(m, bytes, len) != NT_OK)
        return false;
    const struct nt_stun_attr *data = nt_stun_find(m, NT_ATTR_DATA);
    return data == NULL || message_in(data->value, data->len, m);
}

static bool has_id(const uint8_t *bytes, size_t len, const uint8_t *id)
{
    for (const uint8_t *p = bytes; len >= NT_STUN_ID; len -= (size_t)(p - bytes), bytes = p) {
        p = memchr(bytes, id[0], len - NT_STUN_ID + 1);
        if (p == NULL || memcmp(p, id, NT_STUN_ID) == 0)
            return p != NULL;
        p++;
    }
    return false;
}

/* Does a packet that crosses the node of frame `i` in this direction, from frame `first` to before `end`, have the transaction? */
static bool crosses(size_t i, enum nt_direction direction, const uint8_t *id, size_t first, size_t end)
{
    for (size_t k = first; k < end; k++) {
        const struct nt_capture_frame *f = &capture.frames[k];
        if (f->direction == direction && same_node(f, &capture.frames[i]) && has_id(nt_capture_bytes(&capture, f), f->len, id))
            return true;
    }
    return false;
}

/* The first response to a request of the node, which is not sent again. */
static bool ends_a_transaction(size_t i, const struct nt_stun_msg *m)
{
    return (m->class_ == NT_STUN_SUCCESS || m->class_ == NT_STUN_ERROR) && crosses(i, NT_DIR_OUT, m->id, 0, i) &&
           !crosses(i, NT_DIR_IN, m->id, 0, i) && !crosses(i, NT_DIR_OUT, m->id, i, capture.frame_count);
}

/* A request whose answer leaves later, before it is sent again. */
static bool is_answered_later(size_t i, const struct nt_stun_msg *m)
{
    size_t k = i + 1;
    while (k < capture.frame_count && !crosses(i, NT_DIR_IN, m->id, k, k + 1) && !crosses(i, NT_DIR_OUT, m->id, k, k + 1))
        k++;
    return m->class_ == NT_STUN_REQUEST && k < capture.frame_count && capture.frames[k].direction == NT_DIR_OUT;
}

/* Fragments, of which the last to come tells what the datagram did; messages of a transaction; what asks for nothing:
 * keepalives, ACK, 100 and the responses to INFO and BYE. */
static bool is_expected(size_t i)
{
    const struct nt_capture_frame *f = &capture.frames[i];
    struct nt_packet p = {.data = (uint8_t *)(uintptr_t)nt_capture_bytes(&capture, f), .len = f->len, .cap = f->len};
    struct nt_stun_msg m;
    struct nt_sip_message sip;
    if (nt_packet_parse(&p) != NT_OK || p.proto != NT_PROTO_UDP)
        return false;
    const uint8_t *payload = p.data + p.payload;
    if (p.fragment)
        return true;
    if (message_in(payload, p.payload_len, &m))
        return ends_a_transaction(i, &m) || is_answered_later(i, &m) ||
               (m.class_ == NT_STUN_INDICATION && m.method == NT_STUN_BINDING);
    return p.payload_len > 0 && nt_sip_read(&sip, (const char *)payload, p.payload_len) == NT_OK &&
           (sip.kind == NT_SIP_ACK || sip.kind == NT_SIP_PROVISIONAL || (sip.kind == NT_SIP_OK && sip.answered != NT_SIP_INVITE));
}

static bool is_of_a_program(const struct nt_scn_case *c, const char *node)
{
    for (size_t i = 0; i < c->agent_count; i++)
        if (strcmp(c->agents[i].name, node) == 0)
            return true;
    for (size_t i = 0; i < c->server_count; i++)
        if (strcmp(c->servers[i].name, node) == 0)
            return true;
    return false;
}

static void look_at(const struct nt_scn_case *c, const char *id)
{
    for (size_t i = 0; i < capture.frame_count; i++) {
        const struct nt_capture_frame *f = &capture.frames[i];
        if (f->direction != NT_DIR_IN || f->fate != NT_FATE_PASSED || !is_of_a_program(c, capture.taps[f->tap].node))
            continue;
        taken++;
        if (telling.told[i + 1] || is_answered(i) || is_expected(i))
            continue;
        char what[160];
        silent++;
        print_message("%s: frame %zu at %s: %s\n", id, i + 1, capture.taps[f->tap].name,
                      nt_annotate(nt_capture_bytes(&capture, f), f->len, what, sizeof what));
    }
}

static void run_case(const struct nt_scn_file *file, size_t i)
{
    struct nt_diags diags = {0};
    struct nt_result_case r;
    struct nt_scn_case *c = nt_scn_file_case(file, i, &diags);
    char *id = nt_scn_file_case_id(file, i);
    assert_non_null(c);
    memset(telling.told, 0, sizeof telling.told);
    telling.capture = &capture;
    nt_run_case(c, &(struct nt_run_options){.seed = 1}, &capture, &(struct nt_run_listener){.event = hear, .user = &telling}, &r);
    look_at(c, id);
    cases++;
    nt_result_case_free(&r);
    nt_scn_case_del(c);
    free(id);
}

TEST(test_every_packet_has_a_fate)
{
    struct nt_suite_files files = {0};
    struct nt_diags diags = {0};
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
        assert_int_equal(nt_suites_add(&files, suites[i], &diags), 0);
    nt_capture_init(&capture);
    for (size_t i = 0; i < files.count; i++) {
        struct nt_scn_file *file =
            nt_scn_load(files.items[i].path, files.items[i].id_path, files.items[i].shown, NT_CARRIER_BUILTIN, &diags);
        assert_non_null(file);
        for (size_t k = 0; k < nt_scn_file_cases(file); k++)
            run_case(file, k);
        nt_scn_file_del(file);
    }
    nt_suites_free(&files);
    nt_capture_free(&capture);
    print_message("%zu cases, %zu packets taken, %zu in silence\n", cases, taken, silent);
    assert_int_equal(silent, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_packet_has_a_fate)};
    return RUN_TESTS(tests);
}
