#include "core/stun/discovery_state.h"

void nt_discovery_init(struct nt_discovery *d, const struct nt_discovery_config *config)
{
    *d = (struct nt_discovery){.trace = config->trace,
                               .lifetime_max = config->lifetime_max,
                               .lifetime_phase = config->lifetime_phase,
                               .result = {.port_preservation = -1, .pinned = -1},
                               .wake = NT_TIME_NEVER,
                               .server = {config->server}};
    nt_probe_init(&d->probe, &config->local, config->rand);
}

void nt_discovery_ask(struct nt_discovery *d, const struct nt_probe_question *q, nt_discovery_step *then)
{
    d->next = then;
    nt_probe_ask(&d->probe, q);
}

unsigned nt_discovery_ask_fresh(struct nt_discovery *d, struct nt_probe_question q, nt_discovery_step *then)
{
    int socket = nt_probe_open(&d->probe);
    if (socket < 0) {
        nt_discovery_give_up(d, "all the ports that a discovery may have are used");
        return 0;
    }
    q.socket = (unsigned)socket;
    nt_discovery_ask(d, &q, then);
    return q.socket;
}

void nt_discovery_sleep(struct nt_discovery *d, nt_time until, nt_discovery_step *then)
{
    d->next = then;
    d->wake = until;
}

void nt_discovery_finish(struct nt_discovery *d)
{
    d->result.done = true;
    d->wake = NT_TIME_NEVER;
    nt_probe_close(&d->probe);
}

void nt_discovery_lack(struct nt_discovery *d, const char *why)
{
    size_t i = 0;
    while (i < NT_DISCOVERY_LACKS - 1 && d->result.lacks[i] != NULL)
        i++;
    d->result.lacks[i] = why;
}

void nt_discovery_give_up(struct nt_discovery *d, const char *why)
{
    nt_discovery_lack(d, why);
    nt_discovery_finish(d);
}

void nt_discovery_run(struct nt_discovery *d, nt_time now)
{
    if (now >= d->wake) {
        d->wake = NT_TIME_NEVER;
        d->next(d, NULL, now);
    }
    while (nt_probe_timer(&d->probe, now)) /* the step may have asked a question that starts at once */
        d->next(d, NULL, now);
}
