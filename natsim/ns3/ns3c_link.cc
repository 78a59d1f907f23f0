/* Wired channels: point-to-point lines and CSMA buses, their queues and their losses. */
#include "ns3c_state.h"

#include "ns3/csma-channel.h"
#include "ns3/csma-net-device.h"
#include "ns3/double.h"
#include "ns3/drop-tail-queue.h"
#include "ns3/point-to-point-channel.h"
#include "ns3/point-to-point-net-device.h"
#include "ns3/random-variable-stream.h"

using namespace ns3;

#define RATE_MAX 1000000000000000000u /* bits per second: the longest frame takes less than a nanosecond, which ns-3 makes 0 */
#define QUEUE_DEFAULT 1000000

static int check_loss(const ns3c_loss *loss)
{
    if (!(loss->rate >= 0 && loss->rate <= 1))
        return ns3c_fail("a loss rate of %g is not in 0..1", loss->rate);
    if (loss->burst_low > loss->burst_high || (loss->burst_low == 0) != (loss->burst_high == 0))
        return ns3c_fail("bursts of %u..%u packets: 1 or more, the low one first", loss->burst_low, loss->burst_high);
    return 0;
}

int ns3c_link_check(const ns3c_link *link, int64_t streams)
{
    if (link->rate > RATE_MAX)
        return ns3c_fail("a rate of %llu bit/s is above 10^18", static_cast<unsigned long long>(link->rate));
    if (link->delay < 0)
        return ns3c_fail("a delay of %lld ns is below 0", static_cast<long long>(link->delay));
    if (streams < 0)
        return ns3c_fail("streams have numbers from 0, not %lld", static_cast<long long>(streams));
    return check_loss(&link->loss);
}

uint64_t ns3c_rate(const ns3c_link *link)
{
    return link->rate != 0 ? link->rate : RATE_MAX;
}

Ptr<Queue<Packet>> ns3c_queue(const ns3c_link *link)
{
    Ptr<Queue<Packet>> queue = CreateObject<DropTailQueue<Packet>>();
    queue->SetMaxSize(QueueSize(QueueSizeUnit::PACKETS, link->queue != 0 ? link->queue : QUEUE_DEFAULT));
    return queue;
}

static Ptr<ErrorModel> burst_model(const ns3c_loss *loss, int64_t streams)
{
    Ptr<UniformRandomVariable> size = CreateObject<UniformRandomVariable>();
    size->SetAttribute("Min", DoubleValue(loss->burst_low));
    size->SetAttribute("Max", DoubleValue(loss->burst_high));
    Ptr<BurstErrorModel> model = CreateObject<BurstErrorModel>();
    model->SetAttribute("ErrorRate", DoubleValue(loss->rate));
    model->SetRandomBurstSize(size);
    model->AssignStreams(streams);
    return model;
}

Ptr<ErrorModel> ns3c_loss_model(const ns3c_loss *loss, int64_t streams)
{
    if (loss->rate <= 0)
        return nullptr;
    if (loss->burst_high != 0)
        return burst_model(loss, streams);
    Ptr<RateErrorModel> model = CreateObject<RateErrorModel>();
    model->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
    model->SetRate(loss->rate);
    model->AssignStreams(streams);
    return model;
}

/* What both kinds of wired devices have. */
template <typename Device> static ns3c_device *add(ns3c *s, int channel, Ptr<Device> net, int64_t streams)
{
    const ns3c_link *link = &s->channels[size_t(channel)].link;
    ns3c_device *d = ns3c_device_add(s, channel, net);
    d->queue = ns3c_queue(link);
    net->SetQueue(d->queue);
    net->TraceConnectWithoutContext("PhyTxEnd", MakeCallback(&ns3c_device::departed, d));
    net->TraceConnectWithoutContext("MacTxDrop", MakeCallback(&ns3c_device::queue_full, d));
    Ptr<ErrorModel> loss = ns3c_loss_model(&link->loss, streams);
    if (loss) {
        net->SetReceiveErrorModel(loss);
        net->TraceConnectWithoutContext("PhyRxDrop", MakeCallback(&ns3c_device::corrupt, d));
    }
    return d;
}

int ns3c_p2p(struct ns3c *s, const struct ns3c_link *link, int64_t streams, uint32_t devices[2])
{
    if (ns3c_link_check(link, streams) < 0)
        return -1;
    Ptr<PointToPointChannel> line = CreateObject<PointToPointChannel>();
    line->SetAttribute("Delay", TimeValue(NanoSeconds(uint64_t(link->delay))));
    int channel = ns3c_channel_add(s, NS3C_P2P, link, line);
    if (link->rate == 0) /* sends of one instant are queued one behind the other, but none of them waits */
        s->channels[size_t(channel)].link.queue = UINT32_MAX;
    for (int i = 0; i < 2; i++) {
        Ptr<PointToPointNetDevice> net = CreateObject<PointToPointNetDevice>();
        net->SetDataRate(DataRate(ns3c_rate(link)));
        devices[i] = add(s, channel, net, streams + i * NS3C_STREAMS / 2)->number;
        net->Attach(line);
    }
    return channel;
}

int ns3c_csma(struct ns3c *s, const struct ns3c_link *link)
{
    if (ns3c_link_check(link, 0) < 0)
        return -1;
    Ptr<CsmaChannel> bus = CreateObject<CsmaChannel>();
    bus->SetAttribute("DataRate", DataRateValue(DataRate(ns3c_rate(link))));
    bus->SetAttribute("Delay", TimeValue(NanoSeconds(uint64_t(link->delay))));
    return ns3c_channel_add(s, NS3C_CSMA, link, bus);
}

int ns3c_csma_attach(struct ns3c *s, int bus, int64_t streams)
{
    if (!ns3c_channel_is(s, bus, NS3C_CSMA))
        return ns3c_fail("there is no CSMA bus %d", bus);
    if (streams < 0)
        return ns3c_fail("streams have numbers from 0, not %lld", static_cast<long long>(streams));
    Ptr<CsmaNetDevice> net = CreateObject<CsmaNetDevice>();
    ns3c_device *d = add(s, bus, net, streams);
    net->TraceConnectWithoutContext("PhyTxDrop", MakeCallback(&ns3c_device::gave_up, d));
    net->AssignStreams(streams + NS3C_STREAMS / 2); /* how long it backs off */
    net->Attach(DynamicCast<CsmaChannel>(s->channels[size_t(bus)].channel));
    return int(d->number);
}
