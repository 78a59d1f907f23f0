#define _GNU_SOURCE
#include "scenarios/programs/coturn.h"
#include "core/stun/stun.h"
#include "reports/result/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define PORT_LOW 49152 /* RFC 8656, 7.2: "the range 49152 - 65535" */
#define PORT_HIGH 65535

struct nt_coturn {
    struct nt_machine *machine;
    const struct nt_scn_server *server;
    struct nt_program_log log;
    bool ended;
    int status;
    char words[NT_PROGRAM_WORDS_MAX];
};

static void on_line(void *user, const struct nt_program_line *line, nt_time now)
{
    struct nt_coturn *coturn = user;
    (void)now;
    nt_program_log_line(&coturn->log, "", line->text, line->len);
    if (line->len > 0)
        nt_program_words(coturn->words, line->text, line->len);
}

static void on_ended(void *user, int status, nt_time now)
{
    struct nt_coturn *coturn = user;
    (void)now;
    coturn->ended = true;
    coturn->status = status;
}

/* Appends one word for the shell, whatever it holds. */
static void add_quoted(struct nt_text *t, const char *word)
{
    nt_text_put(t, " '");
    for (; *word != '\0'; word++)
        nt_text_add(t, *word == '\'' ? "'\\''" : word, *word == '\'' ? 4 : 1);
    nt_text_put(t, "'");
}

static void add_option(struct nt_text *t, const char *flag, const char *value)
{
    add_quoted(t, flag);
    add_quoted(t, value);
}

static void add_port(struct nt_text *t, const char *flag, unsigned port)
{
    char text[8];
    snprintf(text, sizeof text, "%u", port);
    add_option(t, flag, text);
}

static void add_user(struct nt_text *t, const char *name, const char *password)
{
    struct nt_text user = {0};
    nt_text_printf(&user, "%s:%s", name, password);
    if (user.p != NULL)
        add_option(t, "-u", user.p);
    nt_text_free(&user);
}

/* --denied-peer-ip takes the first and the last address of a range. */
static void add_denied(struct nt_text *t, const struct nt_prefix *p)
{
    char first[NT_ADDR_TEXT], last[NT_ADDR_TEXT], range[2 * NT_ADDR_TEXT];
    struct nt_addr end = p->addr;
    for (size_t bit = p->bits; bit < 8 * nt_addr_ip_len(&end); bit++)
        end.ip[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    snprintf(range, sizeof range, "%s-%s", nt_addr_format_ip(&p->addr, first), nt_addr_format_ip(&end, last));
    add_option(t, "--denied-peer-ip", range);
}

static void add_limits(struct nt_text *t, const struct nt_scn_server *s)
{
    char text[32];
    snprintf(text, sizeof text, "%u", s->quota);
    if (s->quota != 0)
        add_option(t, "--user-quota", text);
    snprintf(text, sizeof text, "--stale-nonce=%lld", (long long)(s->nonce_lifetime / NT_SEC));
    if (s->nonce_lifetime != 0)
        add_quoted(t, text);
    for (size_t i = 0; i < s->deny_count; i++)
        add_denied(t, &s->deny[i]);
}

/* Two listening addresses turn RFC 5780 on; without it coturn does not listen on the relay addresses. */
static void add_addresses(struct nt_text *t, const struct nt_scn_server *s, bool ipv6)
{
    char text[NT_ADDR_TEXT];
    for (size_t i = 0; i < s->on.address_count; i++) {
        const struct nt_addr *a = &s->on.addresses[i];
        bool relays = nt_addr_same_ip(a, &s->relay) || nt_addr_same_ip(a, &s->relay6);
        if ((a->family == NT_AF_IPV4 || ipv6) && (s->behaviour || !relays))
            add_option(t, "-L", nt_addr_format_ip(a, text));
    }
    if (nt_addr_is_set(&s->relay))
        add_option(t, "-E", nt_addr_format_ip(&s->relay, text));
    if (ipv6 && nt_addr_is_set(&s->relay6))
        add_option(t, "-E", nt_addr_format_ip(&s->relay6, text));
}

static void write_command(struct nt_text *t, const struct nt_scn_server *s, bool ipv6)
{
    nt_text_put(t, "command -v turnserver >/dev/null || { echo 'coturn is not installed: apt-get install coturn' >&2; exit 127; }; "
                   "d=$(mktemp -d) && trap 'rm -rf \"$d\"' EXIT && cd \"$d\" && turnserver -n --no-cli --no-tls --no-dtls --no-tcp "
                   "--simple-log --log-file stdout --pidfile pid --db db -m 1 --lt-cred-mech");
    add_addresses(t, s, ipv6);
    add_limits(t, s);
    add_option(t, "-r", s->realm);
    for (size_t i = 0; i < s->user_count; i++)
        add_user(t, s->users[i].name, s->users[i].password);
    add_port(t, "--min-port", s->port_low != 0 ? s->port_low : PORT_LOW);
    add_port(t, "--max-port", s->port_high != 0 ? s->port_high : PORT_HIGH);
}

static bool start_turnserver(struct nt_coturn *coturn, bool ipv6, char *why, size_t cap)
{
    struct nt_text command = {0};
    write_command(&command, coturn->server, ipv6);
    struct nt_program_config config = {.command = command.p, .line = on_line, .ended = on_ended, .user = coturn};
    bool fits = command.len < NT_SANDBOX_COMMAND_MAX, started = false;
    if (!fits)
        snprintf(why, cap, "%s: coturn's command has %zu bytes, %d is the limit: give it fewer users", coturn->server->name,
                 command.len, NT_SANDBOX_COMMAND_MAX - 1);
    /* The kernel sends by lo what goes from one relayed address to another. */
    if (fits && command.err == NT_OK && nt_machine_loopback(coturn->machine) == NT_OK)
        started = nt_program_start(coturn->machine, &config) != NULL;
    nt_text_free(&command);
    return started;
}

struct nt_coturn *nt_coturn_new(struct nt_machine *m, const struct nt_scn_server *server, bool ipv6, struct nt_program_log *log,
                                char *why, size_t cap)
{
    struct nt_coturn *coturn = calloc(1, sizeof *coturn);
    if (coturn == NULL) {
        nt_program_log_close(log);
        return NULL;
    }
    *coturn = (struct nt_coturn){.machine = m, .server = server, .log = *log};
    if (start_turnserver(coturn, ipv6, why, cap))
        return coturn;
    nt_coturn_del(coturn);
    return NULL;
}

void nt_coturn_del(struct nt_coturn *coturn)
{
    if (coturn == NULL)
        return;
    nt_program_log_close(&coturn->log);
    free(coturn);
}

/* The kernel lists its sockets: `local_address` in hexadecimal, in the byte order of the machine. */
static bool lists_service(const struct nt_coturn *coturn, const char *table)
{
    char path[64], row[256], port[8];
    bool found = false;
    snprintf(path, sizeof path, "/proc/%d/net/%s", (int)nt_sandbox_pid(nt_machine_sandbox(coturn->machine)), table);
    snprintf(port, sizeof port, ":%04X ", NT_STUN_PORT);
    FILE *f = fopen(path, "re");
    while (f != NULL && !found && fgets(row, sizeof row, f) != NULL)
        found = strstr(row, port) != NULL;
    if (f != NULL)
        fclose(f);
    return found;
}

bool nt_coturn_ready(const struct nt_coturn *coturn)
{
    return lists_service(coturn, "udp") || lists_service(coturn, "udp6");
}

bool nt_coturn_ended(const struct nt_coturn *coturn)
{
    return coturn->ended;
}

enum nt_outcome nt_coturn_fault(const struct nt_coturn *coturn, char *why, size_t cap)
{
    if (!coturn->ended)
        return NT_PASS;
    bool absent = WIFEXITED(coturn->status) && WEXITSTATUS(coturn->status) == 127;
    snprintf(why, cap, "%s: %s%s", coturn->server->name, absent ? "" : "coturn ended: ", coturn->words);
    return absent ? NT_SKIP : NT_FAIL;
}
