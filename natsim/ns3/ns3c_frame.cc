/* Frames in and out: the tag that they carry, their sending at a time, their arrival and their loss. */
#include "ns3c_state.h"

#include "ns3/event-impl.h"
#include "ns3/mac48-address.h"
#include "ns3/simulator.h"

using namespace ns3;

#define WIFI_FRAME_MAX 2296 /* an MSDU of 2304 bytes without LLC and SNAP (IEEE 802.11-2020, 9.2.4.7.1) */

TypeId ns3c_tag::GetTypeId()
{
    static TypeId id = TypeId("ns3c_tag").SetParent<Tag>().AddConstructor<ns3c_tag>();
    return id;
}

void ns3c_tag::Serialize(TagBuffer to_buffer) const
{
    to_buffer.WriteU64(cookie);
    to_buffer.WriteU32(from);
    to_buffer.WriteU32(to);
}

void ns3c_tag::Deserialize(TagBuffer from_buffer)
{
    cookie = from_buffer.ReadU64();
    from = from_buffer.ReadU32();
    to = from_buffer.ReadU32();
}

void ns3c_tag::Print(std::ostream &out) const
{
    out << from << " to " << to << ", " << cookie;
}

bool ns3c_device::received(Ptr<NetDevice>, Ptr<const Packet> packet, uint16_t protocol, const Address &)
{
    ns3c_tag tag;
    if (packet->PeekPacketTag(tag)) {
        uint32_t len = packet->CopyData(sim->frame, sizeof sim->frame);
        sim->events.received(sim->events.user, number, sim->frame, len, protocol, tag.cookie);
    }
    return true;
}

void ns3c_lost(const ns3c *s, const ns3c_tag &tag, ns3c_loss_reason why)
{
    s->events.lost(s->events.user, tag.from, tag.cookie, why);
}

void ns3c_device::departed(Ptr<const Packet> packet)
{
    ns3c_tag tag;
    if (sim->events.departed != nullptr && packet->PeekPacketTag(tag))
        sim->events.departed(sim->events.user, number, tag.cookie);
}

void ns3c_device::queue_full(Ptr<const Packet> packet)
{
    ns3c_tag tag;
    if (packet->PeekPacketTag(tag))
        ns3c_lost(sim, tag, NS3C_LOST_QUEUE);
}

void ns3c_device::gave_up(Ptr<const Packet> packet)
{
    ns3c_tag tag;
    if (packet->PeekPacketTag(tag))
        ns3c_lost(sim, tag, NS3C_LOST_RETRIES);
}

/* On a bus, every device hears every frame, and its model may take what was never for it. */
void ns3c_device::corrupt(Ptr<const Packet> packet)
{
    ns3c_tag tag;
    if (packet->PeekPacketTag(tag) && tag.to == number)
        ns3c_lost(sim, tag, NS3C_LOST_CHANNEL);
}

static Address address_of(uint32_t number)
{
    uint8_t bytes[6] = {0x02, 0, uint8_t(number >> 24), uint8_t(number >> 16), uint8_t(number >> 8), uint8_t(number)};
    Mac48Address address;
    address.CopyFrom(bytes);
    return address;
}

const ns3c_device *ns3c_device_of(const ns3c *s, Mac48Address address)
{
    uint8_t b[6];
    address.CopyTo(b);
    return s->devices[uint32_t(b[2]) << 24 | uint32_t(b[3]) << 16 | uint32_t(b[4]) << 8 | b[5]].get();
}

ns3c_device *ns3c_device_add_on(ns3c *s, int channel, Ptr<NetDevice> net, Ptr<Node> node)
{
    uint32_t number = uint32_t(s->devices.size());
    s->devices.push_back(
        std::make_unique<ns3c_device>(ns3c_device{s, number, channel, node, net, address_of(number), nullptr, nullptr, 0, {}}));
    ns3c_device *d = s->devices.back().get();
    net->SetAddress(d->address);
    net->SetReceiveCallback(MakeCallback(&ns3c_device::received, d));
    return d;
}

ns3c_device *ns3c_device_add(ns3c *s, int channel, Ptr<NetDevice> net)
{
    Ptr<Node> node = CreateObject<Node>();
    node->AddDevice(net); /* sets a callback of its own: ours comes after it */
    return ns3c_device_add_on(s, channel, net, node);
}

namespace
{
/* A frame that is about to be sent. */
class sending : public EventImpl
{
  public:
    sending(ns3c_device *from, const ns3c_device *to, Ptr<Packet> packet, uint16_t protocol)
        : m_from(from), m_to(to), m_packet(packet), m_protocol(protocol)
    {
    }

  private:
    void Notify() override { m_from->send(m_packet, m_to, m_protocol); }

    ns3c_device *m_from;
    const ns3c_device *m_to;
    Ptr<Packet> m_packet;
    uint16_t m_protocol;
};

/* The traffic of one device to another: schedules itself again. */
class traffic : public EventImpl
{
  public:
    traffic(ns3c_device *from, const ns3c_device *to, uint32_t bytes, int64_t interval)
        : m_from(from), m_to(to), m_bytes(bytes), m_interval(interval)
    {
    }

  private:
    void Notify() override
    {
        Simulator::ScheduleWithContext(m_from->node->GetId(), TimeStep(uint64_t(m_interval)),
                                       new traffic(m_from, m_to, m_bytes, m_interval));
        m_from->send(Create<Packet>(m_bytes), m_to, 0x0800);
    }

    ns3c_device *m_from;
    const ns3c_device *m_to;
    uint32_t m_bytes;
    int64_t m_interval;
};
} // namespace

static int check_ends(const ns3c *s, uint32_t from, uint32_t to)
{
    if (from >= s->devices.size())
        return ns3c_fail("there is no device %u", from);
    if (to >= s->devices.size())
        return ns3c_fail("there is no device %u", to);
    if (from == to || s->devices[from]->channel != s->devices[to]->channel)
        return ns3c_fail("device %u is not on the other side of a channel of device %u", to, from);
    return 0;
}

static int check_frame(const ns3c *s, uint32_t from, size_t len, uint16_t protocol)
{
    ns3c_kind kind = s->channels[size_t(s->devices[from]->channel)].kind;
    size_t max = kind == NS3C_WIFI ? WIFI_FRAME_MAX : NS3C_FRAME_MAX;
    if (len > max)
        return ns3c_fail("a frame of %zu bytes is too long: at most %zu", len, max);
    if (kind == NS3C_P2P && protocol != 0x0800 && protocol != 0x86dd)
        return ns3c_fail("a point-to-point line carries protocols 0x0800 and 0x86dd, not 0x%04x", protocol);
    if (protocol < 0x0600) /* CSMA would read it as the length of an 802.3 frame */
        return ns3c_fail("ethertypes are 0x0600 and above, not 0x%04x", protocol);
    return 0;
}

static int check_time(const ns3c *s, int64_t at)
{
    int64_t now = s->clock->now();
    if (at < now)
        return ns3c_fail("time %lld has passed: it is %lld", static_cast<long long>(at), static_cast<long long>(now));
    return 0;
}

/* Always through the queue, even for now: frames of one time leave in the order of the calls, and no callback comes from within. */
int ns3c_send(struct ns3c *s, uint32_t from, uint32_t to, const uint8_t *bytes, size_t len, uint16_t protocol, uint64_t cookie,
              int64_t at)
{
    if (check_ends(s, from, to) < 0 || check_frame(s, from, len, protocol) < 0 || check_time(s, at) < 0)
        return -1;
    ns3c_device *device = s->devices[from].get();
    Ptr<Packet> packet = Create<Packet>(bytes, uint32_t(len));
    ns3c_tag tag;
    tag.cookie = cookie, tag.from = from, tag.to = to;
    packet->AddPacketTag(tag);
    s->clock->ScheduleWithContext(device->node->GetId(), TimeStep(uint64_t(at - s->clock->now())),
                                  new sending(device, s->devices[to].get(), packet, protocol));
    return 0;
}

void ns3c_flush(struct ns3c *s, uint32_t device)
{
    if (device < s->devices.size() && s->devices[device]->queue)
        s->devices[device]->queue->Flush();
}

int ns3c_traffic(struct ns3c *s, uint32_t from, uint32_t to, uint32_t bytes, int64_t first, int64_t interval)
{
    if (check_ends(s, from, to) < 0 || check_frame(s, from, bytes, 0x0800) < 0 || check_time(s, first) < 0)
        return -1;
    if (interval <= 0)
        return ns3c_fail("an interval of %lld ns is not above 0", static_cast<long long>(interval));
    ns3c_device *device = s->devices[from].get();
    s->clock->ScheduleWithContext(device->node->GetId(), TimeStep(uint64_t(first - s->clock->now())),
                                  new traffic(device, s->devices[to].get(), bytes, interval));
    return 0;
}
