/* What the bindings keep of a simulator, its channels and its devices. */
#ifndef NS3C_STATE_H
#define NS3C_STATE_H

#include <memory>
#include <vector>

#include "ns3/address.h"
#include "ns3/channel.h"
#include "ns3/error-model.h"
#include "ns3/net-device.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/queue.h"
#include "ns3/tag.h"
#include "ns3/wifi-mac-queue.h"
#include "ns3/wifi-mac.h"

#include "ns3c_clock.h"

#include "ns3c.h"

/* What a frame carries beside its bytes. Frames of ns3c_traffic have none. */
class ns3c_tag : public ns3::Tag
{
  public:
    static ns3::TypeId GetTypeId();
    ns3::TypeId GetInstanceTypeId() const override { return GetTypeId(); }
    uint32_t GetSerializedSize() const override { return 16; }
    void Serialize(ns3::TagBuffer to) const override;
    void Deserialize(ns3::TagBuffer from) override;
    void Print(std::ostream &out) const override;

    uint64_t cookie = 0;
    uint32_t from = 0, to = 0;
};

enum ns3c_kind { NS3C_P2P, NS3C_CSMA, NS3C_WIFI };

struct ns3c_wifi_cell; /* ns3c_wifi.cc */

struct ns3c_channel {
    ns3c_kind kind;
    ns3c_link link;
    ns3::Ptr<ns3::Channel> channel;
    std::shared_ptr<ns3c_wifi_cell> cell;
};

struct ns3c_device {
    bool received(ns3::Ptr<ns3::NetDevice>, ns3::Ptr<const ns3::Packet> packet, uint16_t protocol, const ns3::Address &);
    void departed(ns3::Ptr<const ns3::Packet> packet);
    void queue_full(ns3::Ptr<const ns3::Packet> packet);
    void gave_up(ns3::Ptr<const ns3::Packet> packet);
    void corrupt(ns3::Ptr<const ns3::Packet> packet);
    void send(ns3::Ptr<ns3::Packet> packet, const ns3c_device *to, uint16_t protocol)
    {
        if (wifi_queue)
            wifi_send(packet, to, protocol);
        else
            net->Send(packet, to->address, protocol);
    }
    void wifi_send(ns3::Ptr<ns3::Packet> packet, const ns3c_device *to, uint16_t protocol);
    void wifi_dropped(ns3::WifiMacDropReason why, ns3::Ptr<const ns3::WifiMpdu> mpdu);
    void wifi_expired(ns3::Ptr<const ns3::WifiMpdu> frame);

    ns3c *sim;
    uint32_t number;
    int channel;
    ns3::Ptr<ns3::Node> node;
    ns3::Ptr<ns3::NetDevice> net;
    ns3::Address address;
    ns3::Ptr<ns3::Queue<ns3::Packet>> queue; /* null on Wi-Fi */
    ns3::Ptr<ns3::WifiMacQueue> wifi_queue;  /* null on wires */
    uint32_t wifi_limit;                     /* frames in it */
    std::vector<bool> wifi_agreed;           /* by device: frames to it are acknowledged in blocks */
};

struct ns3c {
    ns3c_events events;
    ns3::Ptr<ns3c_clock> clock;
    std::vector<ns3c_channel> channels;
    std::vector<std::unique_ptr<ns3c_device>> devices; /* ns-3's callbacks keep their addresses */
    uint8_t frame[NS3C_FRAME_MAX + 1];                 /* the bytes of one that is received */
};

/* Keeps a text for ns3c_error and returns -1. */
int ns3c_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

int ns3c_link_check(const ns3c_link *link, int64_t streams);
ns3::Ptr<ns3::Queue<ns3::Packet>> ns3c_queue(const ns3c_link *link);
uint64_t ns3c_rate(const ns3c_link *link);
/* Null: nothing is lost. It draws from the two streams that are named first. */
ns3::Ptr<ns3::ErrorModel> ns3c_loss_model(const ns3c_loss *loss, int64_t streams);

void ns3c_lost(const ns3c *s, const ns3c_tag &tag, ns3c_loss_reason why);

int ns3c_channel_add(ns3c *s, ns3c_kind kind, const ns3c_link *link, ns3::Ptr<ns3::Channel> channel);
bool ns3c_channel_is(const ns3c *s, int channel, ns3c_kind kind);
/* A device with its node; its address is its number, since ns-3's own counter goes on from simulator to simulator. */
ns3c_device *ns3c_device_add(ns3c *s, int channel, ns3::Ptr<ns3::NetDevice> net);
/* The same for a device that its node has already. */
ns3c_device *ns3c_device_add_on(ns3c *s, int channel, ns3::Ptr<ns3::NetDevice> net, ns3::Ptr<ns3::Node> node);

/* The device that has this address. */
const ns3c_device *ns3c_device_of(const ns3c *s, ns3::Mac48Address address);

/* Frames from one to the other are acknowledged in blocks from now on; and a frame between them was given up, so that its receiver
 * need not wait for it. */
void ns3c_block_ack_agree(const ns3c_device *from, const ns3c_device *to);
void ns3c_block_ack_gap(const ns3c_device *from, const ns3c_device *to);
/* What is done about frames that have waited for too long is done on its own. */
void ns3c_block_ack_expiry(ns3c_device *d);

#endif
