/* faulty_agent: our own agent on real sockets with faults before it, as an adapter of tests/interop/README.md:
 *     faulty_agent --fault NAME[+NAME] [--to 300ms] [--no-trickle]
 * --to: for so long after it has told its description. An adapter tells one description, with no more than credentials, options and
 * candidates: other faults of descriptions are not for it. */
#include "scenarios/language/text/units.h"
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
    struct faulty_config faults;
    struct faulties *faulties;
    nt_time lasts; /* 0: to the end */
};

static struct nt_endpoint wrap(void *user, struct nt_endpoint inner)
{
    const struct world *w = user;
    struct nt_app_context context = {.scn = &w->scn, .fabric = w->fabric};
    struct nt_app_wrapper wrapper = faulties_wrapper(w->faulties);
    return wrapper.wrap(wrapper.user, &context, NT_APP_ICE, inner);
}

/* What cannot make a fault does not run as if it had done right: it says so when it has said hello (before, a process that ends
 * could not be started). A line that it cannot tell is found when it is to be told. */
static bool is_made(const struct fault *fault)
{
    static const char *const others[] = {"later-", "trickles-late"}; /* a second description; what is held back */
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strncmp(fault->name, others[i], strlen(others[i])) == 0)
            return false;
    return fault->part != NT_APP_SERVER;
}

static void refuse_others(const struct faulty_config *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        if (!is_made(faults->faults[i]))
            nt_lines_unsupported("a fault of servers, or of descriptions that an adapter does not tell");
}

static bool describe(void *user, char *lines, bool own, bool first, nt_time now)
{
    struct world *w = user;
    if (own && first)
        refuse_others(&w->faults);
    if (own && first && w->lasts != 0)
        w->faults.to = now + w->lasts;
    return faulties_describe(w->faulties, lines, NT_ADAPTER_LINES_MAX, own, first, now);
}

static struct nt_fabric *random_fabric(void)
{
    struct nt_fabric_config config = {0};
    return getrandom(&config.seed, sizeof config.seed, 0) == sizeof config.seed ? nt_fabric_new(&config) : NULL;
}

static bool complain(const char *what, const char *word)
{
    fprintf(
        stderr,
        "faulty_agent: %s '%s': faulty_agent [--fault NAME[+NAME]]... [--to TIME] [--no-trickle]; 'faulty_party --list' lists the names\n",
        what, word);
    return false;
}

static bool read_value(struct world *w, const char *option, const char *value)
{
    char unknown[FAULT_NAME_MAX];
    if (strcmp(option, "--to") == 0)
        return nt_unit_time(value, &w->lasts) == NT_UNIT_OK || complain("no time:", value);
    return faults_add(&w->faults, value, unknown) || complain("no fault is called", unknown);
}

static bool read_words(struct world *w, struct nt_adapter_config *adapter, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--no-trickle") == 0)
            adapter->trickles = false;
        else if (strcmp(argv[i], "--fault") != 0 && strcmp(argv[i], "--to") != 0)
            return complain("not understood:", argv[i]);
        else if (i + 1 == argc)
            return complain("a value is missing after", argv[i]);
        else if (!read_value(w, argv[i], argv[i + 1]))
            return false;
        else
            i++;
    }
    return true;
}

int main(int argc, char **argv)
{
    static char name[] = NAME;
    static struct world world = {
        .agent = {.name = name}, .scn = {.agents = &world.agent, .agent_count = 1}, .faults = {.at = NAME}};
    struct nt_adapter_config adapter = {
        .stack = NAME, .trickles = true, .ta = TA, .wrap = wrap, .describe = describe, .user = &world};
    if (!read_words(&world, &adapter, argc, argv))
        return 2;
    world.fabric = random_fabric();
    world.faulties = faulties_new(&world.faults, 1);
    if (world.fabric == NULL || world.faulties == NULL)
        return 1;
    int status = nt_adapter_run(&adapter);
    faulties_del(world.faulties);
    nt_fabric_del(world.fabric);
    return status;
}
