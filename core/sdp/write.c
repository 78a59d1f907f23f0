#include "core/sdp/write.h"

#include "core/sdp/candidate_line.h"
#include "core/sdp/out.h"

/* The data is neither RTP nor any other registered format; RFC 8866, 8.2.3: "For the "udp" protocol, the allowed <fmt> values
 * are media subtypes". With an RTP profile here, Wireshark would take the data for RTP. */
#define PLAIN_UDP "udp octet-stream"

#define REMOTES_OF_LINE 32

static const char *address_type(const struct nt_addr *a)
{
    return a->family == NT_AF_IPV6 ? "IP6" : "IP4";
}

/* RFC 8839, 4.3.1: "the default destination set to the IP address values "0.0.0.0"/"::" and the port value to "9"" */
static struct nt_addr default_of(const struct nt_ice_stream_description *s)
{
    return nt_addr_is_set(&s->default_addr) ? s->default_addr : nt_addr_v4(0, 9);
}

static void write_tag(struct nt_out *out, const struct nt_ice_description *d, size_t i)
{
    if (d->streams[i].mid[0] != '\0')
        nt_out(out, "%s", d->streams[i].mid);
    else
        nt_out(out, "%zu", i);
}

/* RFC 9143, 7.2: one transport for all. */
static void write_bundle(struct nt_out *out, const struct nt_ice_description *d)
{
    nt_out(out, "a=group:BUNDLE");
    for (size_t i = 0; i < d->stream_count; i++) {
        nt_out(out, " ");
        write_tag(out, d, i);
    }
    nt_out(out, "\r\n");
}

static void write_options(struct nt_out *out, const struct nt_ice_description *d)
{
    const char *separator = "a=ice-options:";
    const struct {
        bool has;
        const char *tag;
    } options[] = {{d->ice2, "ice2"}, {d->trickle, "trickle"}, {d->renomination, "renomination"}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (!options[i].has)
            continue;
        nt_out(out, "%s%s", separator, options[i].tag);
        separator = " ";
    }
    if (separator[0] == ' ')
        nt_out(out, "\r\n");
}

static void write_session(struct nt_out *out, const struct nt_ice_description *d, const struct nt_sdp_write *options)
{
    char ip[NT_ADDR_TEXT];
    struct nt_addr origin = d->stream_count > 0 ? default_of(&d->streams[0]) : nt_addr_v4(0, 0);
    nt_out(out, "v=0\r\no=%s %llu %llu IN %s %s\r\ns=-\r\nt=0 0\r\n", options->user != NULL ? options->user : "-",
           (unsigned long long)options->session_id, (unsigned long long)options->version, address_type(&origin),
           nt_addr_format_ip(&origin, ip));
    if (options->datachannel != NULL)
        write_bundle(out, d);
    if (d->lite)
        nt_out(out, "a=ice-lite\r\n");
    write_options(out, d);
    /* RFC 8839, 4.3.1: "A lite ICE implementation MUST NOT include the "ice-pacing" attribute" */
    if (d->pacing_ms != 0 && !d->lite)
        nt_out(out, "a=ice-pacing:%lu\r\n", (unsigned long)d->pacing_ms);
}

/* Several lines, as in RFC 8839, 5.2, so that none is longer than a reader takes. */
static void write_remote_candidates(struct nt_out *out, const struct nt_ice_stream_description *s)
{
    char ip[NT_ADDR_TEXT];
    for (size_t i = 0; i < s->remote_candidate_count; i++) {
        const struct nt_ice_remote_candidate *r = &s->remote_candidates[i];
        const char *before = i == 0 ? "" : i % REMOTES_OF_LINE == 0 ? "\r\n" : " ";
        nt_out(out, "%s%s%u %s %u", before, i % REMOTES_OF_LINE == 0 ? "a=remote-candidates:" : "", (unsigned)r->component,
               nt_addr_format_ip(&r->addr, ip), (unsigned)r->addr.port);
    }
    if (s->remote_candidate_count > 0)
        nt_out(out, "\r\n");
}

static void write_credentials(struct nt_out *out, const struct nt_ice_stream_description *s)
{
    if (s->ufrag[0] != '\0')
        nt_out(out, "a=ice-ufrag:%s\r\n", s->ufrag);
    if (s->pwd[0] != '\0')
        nt_out(out, "a=ice-pwd:%s\r\n", s->pwd);
}

/* RFC 8840, 4.4: the tag stands right before the candidates. */
static void write_mid(struct nt_out *out, const struct nt_ice_stream_description *s)
{
    if (s->mid[0] != '\0')
        nt_out(out, "a=mid:%s\r\n", s->mid);
}

static void write_candidates(struct nt_out *out, const struct nt_ice_stream_description *s)
{
    for (size_t i = 0; i < s->candidate_count; i++) {
        nt_out(out, "a=");
        nt_candidate_print(out, &s->candidates[i]);
        nt_out(out, "\r\n");
    }
    if (s->end_of_candidates)
        nt_out(out, "a=end-of-candidates\r\n");
}

static void write_media(struct nt_out *out, const char *protocol, const struct nt_addr *destination)
{
    char ip[NT_ADDR_TEXT];
    nt_out(out, "m=application %u %s\r\nc=IN %s %s\r\n", (unsigned)destination->port, protocol, address_type(destination),
           nt_addr_format_ip(destination, ip));
}

/* RFC 8841, 4 to 6, and 8842, 5; 5000 and 262144 are what browsers write. */
static void write_datachannel(struct nt_out *out, const struct nt_ice_description *d, size_t i, const struct nt_sdp_datachannel *c)
{
    static const char nobody[] = "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00";
    nt_out(out, "a=fingerprint:sha-256 %s\r\na=setup:%s\r\na=sctp-port:5000\r\na=max-message-size:262144\r\na=mid:",
           c->fingerprint != NULL ? c->fingerprint : nobody, c->setup != NULL ? c->setup : "actpass");
    write_tag(out, d, i);
    nt_out(out, "\r\n");
}

static void write_stream(struct nt_out *out, const struct nt_ice_description *d, size_t i, const struct nt_sdp_datachannel *c)
{
    const struct nt_ice_stream_description *s = &d->streams[i];
    struct nt_addr destination = default_of(s);
    write_media(out, c != NULL ? "UDP/DTLS/SCTP webrtc-datachannel" : PLAIN_UDP, &destination);
    if (s->mismatch)
        nt_out(out, "a=ice-mismatch\r\n");
    write_credentials(out, s);
    if (c != NULL)
        write_datachannel(out, d, i, c);
    else
        write_mid(out, s);
    /* RFC 8839, 4.2.5: with ice-mismatch "it MUST also omit "candidate" attributes"; 4.2.1.6: with port 0 it "SHOULD NOT
     * include ICE-related SDP "candidate" attributes". */
    if (s->mismatch || destination.port == 0)
        return;
    write_remote_candidates(out, s);
    write_candidates(out, s);
}

int nt_sdp_write(const struct nt_ice_description *d, const struct nt_sdp_write *options, char *buf, size_t cap)
{
    struct nt_out out = {.buf = buf, .cap = cap};
    write_session(&out, d, options);
    for (size_t i = 0; i < d->stream_count; i++)
        write_stream(&out, d, i, options->datachannel);
    return nt_out_result(&out);
}

/* RFC 8840, 4.4: the default values of a pseudo m= line; credentials at the level of the offer and the answer, as above. */
int nt_sdp_write_fragment(const struct nt_ice_description *d, char *buf, size_t cap)
{
    struct nt_out out = {.buf = buf, .cap = cap};
    if (d->end_of_candidates)
        nt_out(&out, "a=end-of-candidates\r\n");
    for (size_t i = 0; i < d->stream_count; i++) {
        if (d->streams[i].ufrag[0] == '\0')
            continue; /* it goes on without ICE */
        nt_out(&out, "m=audio 9 RTP/AVP 0\r\n");
        write_credentials(&out, &d->streams[i]);
        write_mid(&out, &d->streams[i]);
        write_candidates(&out, &d->streams[i]);
    }
    return nt_out_result(&out);
}
