#define _GNU_SOURCE
#include "scenarios/programs/coturn.h"
#include "core/stun/stun.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define PORT_LOW 49152 /* RFC 8656, 7.2: "the range 49152 - 65535" */
#define PORT_HIGH 65535
#define WORDS_MAX 200

struct nt_coturn {
    struct nt_machine *machine;
    const struct nt_scn_server *server;
    FILE *log;
    bool ended;
    int status;
    char words[WORDS_MAX];
};

static void on_line(void *user, enum nt_stream stream, char *text, size_t len, nt_time now)
{
    struct nt_coturn *coturn = user;
    (void)stream;
    (void)now;
    if (coturn->log != NULL)
        fprintf(coturn->log, "%.*s\n", (int)len, text);
    if (len > 0)
        snprintf(coturn->words, sizeof coturn->words, "%s", text);
}

static void on_ended(void *user, int status, nt_time now)
{
    struct nt_coturn *coturn = user;
    (void)now;
    coturn->ended = true;
    coturn->status = status;
}

/* Appends one word for the shell, whatever it holds. */
static void add_quoted(char *buf, size_t cap, const char *word)
{
    size_t n = strlen(buf);
    if (n + 3 >= cap)
        return;
    buf[n++] = ' ', buf[n++] = '\'';
    for (; *word != '\0' && n + 7 < cap; word++)
        if (*word == '\'')
            n += (size_t)snprintf(buf + n, cap - n, "'\\''");
        else
            buf[n++] = *word;
    buf[n++] = '\'', buf[n] = '\0';
}

static void add_option(char *buf, size_t cap, const char *flag, const char *value)
{
    add_quoted(buf, cap, flag);
    add_quoted(buf, cap, value);
}

static void write_command(const struct nt_scn_server *s, char *buf, size_t cap)
{
    char text[NT_ADDR_TEXT], user[512];
    snprintf(buf, cap,
             "command -v turnserver >/dev/null || { echo 'coturn is not installed: apt-get install coturn' >&2; exit 127; }; "
             "d=$(mktemp -d) && trap 'rm -rf \"$d\"' EXIT && cd \"$d\" && turnserver -n --no-cli --no-tls --no-dtls --no-tcp "
             "--simple-log --log-file stdout --pidfile pid --db db -m 1 --lt-cred-mech");
    /* Two listening addresses turn RFC 5780 on; without it coturn does not listen on the relay address. */
    for (size_t i = 0; i < s->on.address_count; i++)
        if (s->on.addresses[i].family == NT_AF_IPV4 && (s->behaviour || !nt_addr_same_ip(&s->on.addresses[i], &s->relay)))
            add_option(buf, cap, "-L", nt_addr_format_ip(&s->on.addresses[i], text));
    if (nt_addr_is_set(&s->relay))
        add_option(buf, cap, "-E", nt_addr_format_ip(&s->relay, text));
    add_option(buf, cap, "-r", s->realm);
    for (size_t i = 0; i < s->user_count; i++) {
        snprintf(user, sizeof user, "%.200s:%.200s", s->users[i].name, s->users[i].password);
        add_option(buf, cap, "-u", user);
    }
    snprintf(text, sizeof text, "%u", s->port_low != 0 ? s->port_low : PORT_LOW);
    add_option(buf, cap, "--min-port", text);
    snprintf(text, sizeof text, "%u", s->port_high != 0 ? s->port_high : PORT_HIGH);
    add_option(buf, cap, "--max-port", text);
}

struct nt_coturn *nt_coturn_new(struct nt_machine *m, const struct nt_scn_server *server, FILE *log)
{
    struct nt_coturn *coturn = calloc(1, sizeof *coturn);
    char command[NT_SANDBOX_COMMAND_MAX];
    if (coturn == NULL) {
        if (log != NULL)
            fclose(log);
        return NULL;
    }
    *coturn = (struct nt_coturn){.machine = m, .server = server, .log = log};
    write_command(server, command, sizeof command);
    struct nt_program_config config = {.command = command, .line = on_line, .ended = on_ended, .user = coturn};
    /* The kernel sends by lo what goes from one relayed address to another. */
    if (nt_machine_loopback(m) == NT_OK && nt_program_start(m, &config) != NULL)
        return coturn;
    nt_coturn_del(coturn);
    return NULL;
}

void nt_coturn_del(struct nt_coturn *coturn)
{
    if (coturn == NULL)
        return;
    if (coturn->log != NULL)
        fclose(coturn->log);
    free(coturn);
}

/* The kernel lists its sockets: `local_address` in hexadecimal, in the byte order of the machine. */
bool nt_coturn_ready(const struct nt_coturn *coturn)
{
    char path[64], row[256], port[8];
    bool found = false;
    snprintf(path, sizeof path, "/proc/%d/net/udp", (int)nt_sandbox_pid(nt_machine_sandbox(coturn->machine)));
    snprintf(port, sizeof port, ":%04X ", NT_STUN_PORT);
    FILE *f = fopen(path, "re");
    while (f != NULL && !found && fgets(row, sizeof row, f) != NULL)
        found = strstr(row, port) != NULL;
    if (f != NULL)
        fclose(f);
    return found;
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
