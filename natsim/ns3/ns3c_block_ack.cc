/* Block acknowledgement of 802.11n and later. In ns-3 3.37, stations ask each other for it over the air; where an answer or its
 * acknowledgement is lost, both ends come to hold different agreements: frames then stay in the receiver for ever, or it reads an
 * agreement that it has not and crashes. Here both ends agree without a word, before the first frame from one to the other.
 *
 * And where a sender gives a frame up, it asks the receiver to pass over it, in ns-3 without end and without
 * backing off: a station that has gone fills the air. Here the receiver passes over it without being asked.
 *
 * And where a frame has waited for too long, ns-3 passes over it from within whatever looked at the queue. When that is the end of
 * another frame, both walk one list of frames under way, each takes from it, and the process dies. Here it is done when that has
 * come to its end. */
#include "ns3c_state.h"

#include "ns3/ht-frame-exchange-manager.h"
#include "ns3/mgt-headers.h"
#include "ns3/qos-txop.h"
#include "ns3/recipient-block-ack-agreement.h"
#include "ns3/simulator.h"
#include "ns3/wifi-net-device.h"

using namespace ns3;

namespace
{
/* The way to a receiver's agreements, which only its subclasses have. */
class agreements : public HtFrameExchangeManager
{
  public:
    /* What would wait for the answer's acknowledgement holds. */
    static void conclude(HtFrameExchangeManager *receiver)
    {
        auto &pending = receiver->*(&agreements::m_pendingAgreements);
        for (auto &one : pending)
            one.second.SetHtSupported(true); /* neither station has heard of the other's capabilities yet */
        (receiver->*(&agreements::m_agreements)).merge(pending);
    }

    /* As if a block acknowledgement request had arrived. */
    static void start_at(HtFrameExchangeManager *receiver, Mac48Address sender, uint16_t sequence)
    {
        auto found = (receiver->*(&agreements::m_agreements)).find({sender, 0});
        if (found != (receiver->*(&agreements::m_agreements)).end())
            found->second.NotifyReceivedBar(sequence);
    }
};
} // namespace

static Ptr<WifiMac> mac_of(const ns3c_device *d)
{
    return DynamicCast<WifiNetDevice>(d->net)->GetMac();
}

static Ptr<HtFrameExchangeManager> receiver_of(const ns3c_device *d)
{
    return DynamicCast<HtFrameExchangeManager>(mac_of(d)->GetFrameExchangeManager());
}

static MgtAddBaRequestHeader make_request()
{
    MgtAddBaRequestHeader request;
    request.SetAmsduSupport(true);
    request.SetImmediateBlockAck();
    request.SetTid(0);
    request.SetStartingSequence(0);
    return request;
}

static MgtAddBaResponseHeader make_response(uint16_t frames)
{
    MgtAddBaResponseHeader response;
    StatusCode success;
    success.SetSuccess();
    response.SetStatusCode(success);
    response.SetAmsduSupport(true);
    response.SetImmediateBlockAck();
    response.SetTid(0);
    response.SetBufferSize(uint16_t(frames - 1)); /* ns-3 adds one */
    response.SetTimeout(0);
    return response;
}

void ns3c_block_ack_agree(const ns3c_device *from, const ns3c_device *to)
{
    Ptr<QosTxop> sender = mac_of(from)->GetQosTxop(AC_BE);
    Mac48Address source = mac_of(from)->GetAddress(), destination = mac_of(to)->GetAddress();
    MgtAddBaRequestHeader request = make_request();
    MgtAddBaResponseHeader response = make_response(receiver_of(to)->GetSupportedBaBufferSize());
    sender->GetBaManager()->CreateAgreement(&request, destination);
    receiver_of(to)->CreateBlockAckAgreement(&response, source, 0);
    agreements::conclude(PeekPointer(receiver_of(to)));
    sender->GotAddBaResponse(&response, destination);
}

static void pass(const ns3c_device *from, const ns3c_device *to)
{
    Ptr<BlockAckManager> sender = mac_of(from)->GetQosTxop(AC_BE)->GetBaManager();
    Mac48Address destination = mac_of(to)->GetAddress();
    sender->GetBar(true, 0, destination);
    uint16_t next = sender->GetOriginatorStartingSequence(destination, 0);
    agreements::start_at(PeekPointer(receiver_of(to)), mac_of(from)->GetAddress(), next);
}

/* When what has given the frame up has come to its end: then the request is planned. */
void ns3c_block_ack_gap(const ns3c_device *from, const ns3c_device *to)
{
    Simulator::ScheduleNow(&pass, from, to);
}

static void expire(const ns3c_device *from, Ptr<const WifiMpdu> frame)
{
    mac_of(from)->GetQosTxop(AC_BE)->GetBaManager()->NotifyDiscardedMpdu(frame);
    pass(from, ns3c_device_of(from->sim, frame->GetHeader().GetAddr1()));
}

void ns3c_device::wifi_expired(Ptr<const WifiMpdu> frame)
{
    Simulator::ScheduleNow(&expire, this, frame);
}

void ns3c_block_ack_expiry(ns3c_device *d)
{
    Ptr<BlockAckManager> sender = mac_of(d)->GetQosTxop(AC_BE)->GetBaManager();
    d->wifi_queue->TraceDisconnectWithoutContext("Expired", MakeCallback(&BlockAckManager::NotifyDiscardedMpdu, sender));
    d->wifi_queue->TraceConnectWithoutContext("Expired", MakeCallback(&ns3c_device::wifi_expired, d));
}
