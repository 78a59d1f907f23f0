/* A simulator's life and its clock. */
#include "ns3c_state.h"

#include <cstdarg>
#include <cstdio>

#include "ns3/object-factory.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"

using namespace ns3;

static ns3c *the_one; /* ns-3's simulator is a global, too */
static char error[200];

const char *ns3c_error(void)
{
    return error;
}

int ns3c_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(error, sizeof error, format, args);
    va_end(args);
    return -1;
}

static int check_new(uint32_t seed, uint64_t run, const ns3c_events *events)
{
    if (the_one != nullptr)
        return ns3c_fail("there is a simulator already; ns-3 has one in a process");
    if (seed == 0 || seed > 4294967086u)
        return ns3c_fail("seed %u is not in 1..4294967086", seed);
    if (run >= uint64_t(1) << 51)
        return ns3c_fail("run %llu is not below 2^51", static_cast<unsigned long long>(run));
    if (events == nullptr || events->received == nullptr || events->lost == nullptr)
        return ns3c_fail("a simulator needs both callbacks, received and lost");
    return 0;
}

struct ns3c *ns3c_new(uint32_t seed, uint64_t run, const struct ns3c_events *events)
{
    if (check_new(seed, run, events) < 0)
        return nullptr;
    RngSeedManager::SetSeed(seed);
    RngSeedManager::SetRun(run);
    Ptr<ns3c_clock> clock = CreateObject<ns3c_clock>();
    Simulator::SetImplementation(clock);
    clock->SetScheduler(ObjectFactory("ns3::PriorityQueueScheduler")); /* the fastest of ns-3's; they all keep the same order */
    Simulator::Run(); /* while empty: from now on Time objects are not recorded one by one */
    the_one = new ns3c();
    the_one->events = *events;
    the_one->clock = clock;
    return the_one;
}

void ns3c_del(struct ns3c *s)
{
    if (s == nullptr)
        return;
    Simulator::Destroy();
    delete s;
    the_one = nullptr;
}

int64_t ns3c_now(const struct ns3c *s)
{
    return s->clock->now();
}

int64_t ns3c_next(const struct ns3c *s)
{
    return s->clock->next();
}

void ns3c_advance(struct ns3c *s, int64_t now)
{
    s->clock->advance(now);
}

void ns3c_run(struct ns3c *s, int64_t until)
{
    s->clock->run(until);
}

int ns3c_channel_add(ns3c *s, ns3c_kind kind, const ns3c_link *link, Ptr<Channel> channel)
{
    s->channels.push_back({kind, *link, channel, nullptr});
    return int(s->channels.size()) - 1;
}

bool ns3c_channel_is(const ns3c *s, int channel, ns3c_kind kind)
{
    return channel >= 0 && size_t(channel) < s->channels.size() && s->channels[size_t(channel)].kind == kind;
}
