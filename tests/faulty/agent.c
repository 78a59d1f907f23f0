/* faulty_agent: our own agent on real sockets with faults before it, as an adapter of tests/interop/README.md:
 *     faulty_agent --fault NAME[+NAME] [--no-trickle]
 * Faults of descriptions are not for it: what adapters tell each other is no SDP. */
#include "tests/faulty/faults.h"
#include "tests/faulty/faulty.h"
#include "tests/interop/adapters/lines.h"
#include "tests/interop/adapters/natsim_adapter.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define NAME "faulty"
#define TA (100 * NT_MSEC) /* twice what RFC 8445 asks for: a machine with much to do does not make two checks one too fast */

/* A case of one agent, for what faults ask their world. */
struct world {
    struct nt_scn_agent agent;
    struct nt_scn_case scn;
    struct nt_fabric *fabric; /* the source of their random numbers */
    struct faulties *faulties;
};

static struct nt_endpoint wrap(void *user, struct nt_endpoint inner)
{
    const struct world *w = user;
    struct nt_app_context context = {.scn = &w->scn, .fabric = w->fabric};
    struct nt_app_wrapper wrapper = faulties_wrapper(w->faulties);
    return wrapper.wrap(wrapper.user, &context, NT_APP_ICE, inner);
}

static void learn(void *user, const char *ufrag, const char *pwd)
{
    faulties_learn(((const struct world *)user)->faulties, ufrag, pwd);
}

static struct nt_fabric *random_fabric(void)
{
    struct nt_fabric_config config = {0};
    return getrandom(&config.seed, sizeof config.seed, 0) == sizeof config.seed ? nt_fabric_new(&config) : NULL;
}

static bool complain(const char *what, const char *word)
{
    fprintf(stderr,
            "faulty_agent: %s '%s': faulty_agent [--fault NAME[+NAME]]... [--no-trickle]; 'faulty_party --list' lists the names\n",
            what, word);
    return false;
}

static bool read_words(struct faulty_config *faults, struct nt_adapter_config *adapter, int argc, char **argv)
{
    char unknown[FAULT_NAME_MAX];
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--no-trickle") == 0)
            adapter->trickles = false;
        else if (strcmp(argv[i], "--fault") != 0)
            return complain("not understood:", argv[i]);
        else if (i + 1 == argc)
            return complain("a name is missing after", argv[i]);
        else if (!faults_add(faults, argv[++i], unknown))
            return complain("no fault is called", unknown);
    }
    return true;
}

/* What has no such fault cannot make it: it does not run as if it had done right. */
static void refuse_others(const struct faulty_config *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        if (faults->faults[i]->part != NT_APP_ICE || faults->faults[i]->tells != NULL)
            nt_lines_unsupported("a fault of descriptions or servers, which this adapter does not have");
}

int main(int argc, char **argv)
{
    static char name[] = NAME;
    static struct world world = {.agent = {.name = name}, .scn = {.agents = &world.agent, .agent_count = 1}};
    struct faulty_config faults = {.at = NAME};
    struct nt_adapter_config adapter = {.stack = NAME, .trickles = true, .ta = TA, .wrap = wrap, .learn = learn, .user = &world};
    if (!read_words(&faults, &adapter, argc, argv))
        return 2;
    refuse_others(&faults);
    world.fabric = random_fabric();
    world.faulties = faulties_new(&faults, 1);
    if (world.fabric == NULL || world.faulties == NULL)
        return 1;
    int status = nt_adapter_run(&adapter);
    faulties_del(world.faulties);
    nt_fabric_del(world.fabric);
    return status;
}
