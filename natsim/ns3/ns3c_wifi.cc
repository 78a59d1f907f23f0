/* Wi-Fi: ad-hoc cells and the stations in them, standing or walking. */
#include "ns3c_state.h"

#include <cmath>

#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/frame-exchange-manager.h"
#include "ns3/qos-txop.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/waypoint-mobility-model.h"
#include "ns3/wifi-mac-helper.h"
#include "ns3/wifi-mac-queue.h"
#include "ns3/wifi-mac.h"
#include "ns3/wifi-net-device.h"
#include "ns3/yans-wifi-helper.h"

using namespace ns3;

#define QUEUE_DEFAULT 500 /* as ns-3's */

/* What ns-3 calls them. The slowest rates: the standard's first, at which broadcasts go as well; data of n and later has modes of
 * its own, while its acknowledgements are sent as those of a. */
struct standard {
    WifiStandard id;
    const char *settings; /* channel number, width, band, primary 20 MHz: 0 leaves it to ns-3 */
    const char *data, *control;
    bool qos;
};

static const standard standards[] = {
    {WIFI_STANDARD_80211a, "{0, 20, BAND_5GHZ, 0}", "OfdmRate6Mbps", "OfdmRate6Mbps", false},
    {WIFI_STANDARD_80211b, "{0, 22, BAND_2_4GHZ, 0}", "DsssRate1Mbps", "DsssRate1Mbps", false},
    {WIFI_STANDARD_80211g, "{0, 20, BAND_2_4GHZ, 0}", "DsssRate1Mbps", "DsssRate1Mbps", false},
    {WIFI_STANDARD_80211n, "{0, 20, BAND_5GHZ, 0}", "HtMcs0", "OfdmRate6Mbps", true},
    {WIFI_STANDARD_80211ac, "{0, 80, BAND_5GHZ, 0}", "VhtMcs0", "OfdmRate6Mbps", true},
    {WIFI_STANDARD_80211ax, "{0, 80, BAND_5GHZ, 0}", "HeMcs0", "OfdmRate6Mbps", true},
};

/* The helpers that every station of a cell is made with. */
struct ns3c_wifi_cell {
    const standard *std;
    uint32_t queue;
    YansWifiPhyHelper phy;
    WifiMacHelper mac;
    WifiHelper wifi;
};

static int check_cell(const struct ns3c_cell *cell, int64_t streams)
{
    if (cell->standard < NS3C_80211A || cell->standard > NS3C_80211AX)
        return ns3c_fail("there is no Wi-Fi standard %d", int(cell->standard));
    if (cell->control < NS3C_MINSTREL || cell->control > NS3C_SLOWEST)
        return ns3c_fail("there is no rate control %d", int(cell->control));
    if (cell->control == NS3C_AARF && standards[cell->standard].qos)
        return ns3c_fail("AARF knows the rates of 802.11a, b and g alone");
    if (!std::isfinite(cell->tx_power) || !(cell->path_loss >= 0 && std::isfinite(cell->path_loss)))
        return ns3c_fail("a cell of %g dBm and a path loss exponent of %g", cell->tx_power, cell->path_loss);
    if (streams < 0)
        return ns3c_fail("streams have numbers from 0, not %lld", static_cast<long long>(streams));
    return 0;
}

static void set_control(WifiHelper *wifi, ns3c_wifi_control control, const standard *std)
{
    if (control == NS3C_MINSTREL)
        wifi->SetRemoteStationManager(std->qos ? "ns3::MinstrelHtWifiManager" : "ns3::MinstrelWifiManager");
    else if (control == NS3C_AARF)
        wifi->SetRemoteStationManager("ns3::AarfWifiManager");
    else if (control == NS3C_IDEAL)
        wifi->SetRemoteStationManager("ns3::IdealWifiManager");
    else
        wifi->SetRemoteStationManager("ns3::ConstantRateWifiManager", "DataMode", StringValue(std->data), "ControlMode",
                                      StringValue(std->control));
}

static Ptr<YansWifiChannel> make_channel(double path_loss, int64_t streams)
{
    YansWifiChannelHelper helper;
    helper.AddPropagationLoss("ns3::LogDistancePropagationLossModel", "Exponent", DoubleValue(path_loss));
    helper.SetPropagationDelay("ns3::ConstantSpeedPropagationDelayModel");
    Ptr<YansWifiChannel> air = helper.Create();
    helper.AssignStreams(air, streams);
    return air;
}

int ns3c_wifi(struct ns3c *s, const struct ns3c_cell *cell, int64_t streams)
{
    if (check_cell(cell, streams) < 0)
        return -1;
    std::shared_ptr<ns3c_wifi_cell> c = std::make_shared<ns3c_wifi_cell>();
    Ptr<YansWifiChannel> air = make_channel(cell->path_loss, streams);
    c->std = &standards[cell->standard];
    c->queue = cell->queue != 0 ? cell->queue : QUEUE_DEFAULT;
    c->phy.SetChannel(air);
    c->phy.Set("TxPowerStart", DoubleValue(cell->tx_power));
    c->phy.Set("TxPowerEnd", DoubleValue(cell->tx_power));
    c->phy.Set("ChannelSettings", StringValue(c->std->settings));
    c->mac.SetType("ns3::AdhocWifiMac");
    c->wifi.SetStandard(c->std->id);
    c->wifi.DisableFlowControl();
    set_control(&c->wifi, cell->control, c->std);
    ns3c_link link = {0, 0, cell->queue, {0, 0, 0}};
    int channel = ns3c_channel_add(s, NS3C_WIFI, &link, air);
    s->channels.back().cell = c;
    return channel;
}

static int check_points(const ns3c_waypoint *points, size_t count)
{
    if (count == 0)
        return ns3c_fail("a station has one waypoint at least");
    for (size_t i = 0; i < count; i++) {
        if (!std::isfinite(points[i].x) || !std::isfinite(points[i].y) || !std::isfinite(points[i].z))
            return ns3c_fail("waypoint %zu is nowhere", i);
        if (points[i].at < 0 || (i > 0 && points[i].at <= points[i - 1].at))
            return ns3c_fail("waypoint %zu is at %lld ns, not after the one before", i, static_cast<long long>(points[i].at));
    }
    return 0;
}

static Vector place(const ns3c_waypoint *p)
{
    return Vector(p->x, p->y, p->z);
}

/* A walk makes no events of its own: where a station is, is found when someone sends. */
static Ptr<MobilityModel> make_walk(const ns3c_waypoint *points, size_t count)
{
    if (count == 1) {
        Ptr<ConstantPositionMobilityModel> stands = CreateObject<ConstantPositionMobilityModel>();
        stands->SetPosition(place(points));
        return stands;
    }
    Ptr<WaypointMobilityModel> walks = CreateObject<WaypointMobilityModel>();
    walks->SetAttribute("LazyNotify", BooleanValue(true));
    for (size_t i = 0; i < count; i++)
        walks->AddWaypoint(Waypoint(NanoSeconds(uint64_t(points[i].at)), place(&points[i])));
    return walks;
}

/* The queue that all our frames are in: they have no priorities. ns-3's own limit is set out of the way: a queue that is full drops
 * without a word to any trace source, and, where a block acknowledgement should be agreed on, the frame that waits at its head with
 * it. */
static Ptr<WifiMacQueue> find_queue(Ptr<WifiMac> mac, const standard *std)
{
    Ptr<Txop> sender = std->qos ? Ptr<Txop>(mac->GetQosTxop(AC_BE)) : mac->GetTxop();
    Ptr<WifiMacQueue> queue = sender->GetWifiMacQueue();
    queue->SetMaxSize(QueueSize(QueueSizeUnit::PACKETS, 1u << 30));
    return queue;
}

int ns3c_wifi_attach(struct ns3c *s, int cell, const struct ns3c_waypoint *points, size_t count, int64_t streams)
{
    if (!ns3c_channel_is(s, cell, NS3C_WIFI))
        return ns3c_fail("there is no Wi-Fi cell %d", cell);
    if (check_points(points, count) < 0)
        return -1;
    if (streams < 0)
        return ns3c_fail("streams have numbers from 0, not %lld", static_cast<long long>(streams));
    ns3c_wifi_cell *c = s->channels[size_t(cell)].cell.get();
    Ptr<Node> node = CreateObject<Node>();
    node->AggregateObject(make_walk(points, count));
    NetDeviceContainer made = c->wifi.Install(c->phy, c->mac, node);
    Ptr<WifiNetDevice> net = DynamicCast<WifiNetDevice>(made.Get(0));
    ns3c_device *d = ns3c_device_add_on(s, cell, net, node);
    /* The device tells its MAC of an address, not the part of it that acknowledges. */
    net->GetMac()->GetFrameExchangeManager()->SetAddress(Mac48Address::ConvertFrom(d->address));
    d->wifi_queue = find_queue(net->GetMac(), c->std);
    d->wifi_limit = c->queue;
    if (c->std->qos) { /* a frame that is not acknowledged is sent again, not asked for */
        net->GetMac()->GetQosTxop(AC_BE)->SetAttribute("UseExplicitBarAfterMissedBlockAck", BooleanValue(false));
        ns3c_block_ack_expiry(d);
    }
    net->GetMac()->TraceConnectWithoutContext("DroppedMpdu", MakeCallback(&ns3c_device::wifi_dropped, d));
    c->wifi.AssignStreams(made, streams);
    return int(d->number);
}

void ns3c_device::wifi_send(Ptr<Packet> packet, const ns3c_device *to, uint16_t protocol)
{
    if (wifi_agreed.size() <= to->number)
        wifi_agreed.resize(to->number + 1);
    if (!wifi_agreed[to->number] && wifi_queue->GetAc() == AC_BE) /* the queue of 802.11n and later */
        ns3c_block_ack_agree(this, to);
    wifi_agreed[to->number] = true;
    if (wifi_queue->GetNPackets() < wifi_limit)
        net->Send(packet, to->address, protocol);
    else
        queue_full(packet);
}

static ns3c_loss_reason reason_of(WifiMacDropReason why)
{
    switch (why) {
    case WIFI_MAC_DROP_FAILED_ENQUEUE: return NS3C_LOST_QUEUE;
    case WIFI_MAC_DROP_EXPIRED_LIFETIME: return NS3C_LOST_EXPIRED;
    default: return NS3C_LOST_RETRIES;
    }
}

/* ns-3 may say so twice of one frame, where it gives up a block of them: the tag goes with the first word. */
void ns3c_device::wifi_dropped(WifiMacDropReason why, Ptr<const WifiMpdu> mpdu)
{
    ns3c_tag tag;
    if (wifi_queue->GetAc() == AC_BE)
        ns3c_block_ack_gap(this, ns3c_device_of(sim, mpdu->GetHeader().GetAddr1()));
    if (ConstCast<Packet>(mpdu->GetPacket())->RemovePacketTag(tag))
        ns3c_lost(sim, tag, reason_of(why));
}
