/* The simulator that is stepped from outside: ns-3's queue of events, run up to a time that the caller names. */
#ifndef NS3C_CLOCK_H
#define NS3C_CLOCK_H

#include <cstdint>
#include <list>

#include "ns3/event-id.h"
#include "ns3/scheduler.h"
#include "ns3/simulator-impl.h"

class ns3c_clock : public ns3::SimulatorImpl
{
  public:
    int64_t next(); /* INT64_MAX: there is no event */
    void advance(int64_t now);
    void run(int64_t until);
    int64_t now() const { return m_now; }

    void Destroy() override;
    bool IsFinished() const override;
    void Stop() override;
    void Stop(const ns3::Time &delay) override;
    ns3::EventId Schedule(const ns3::Time &delay, ns3::EventImpl *event) override;
    void ScheduleWithContext(uint32_t context, const ns3::Time &delay, ns3::EventImpl *event) override;
    ns3::EventId ScheduleNow(ns3::EventImpl *event) override;
    ns3::EventId ScheduleDestroy(ns3::EventImpl *event) override;
    void Remove(const ns3::EventId &id) override;
    void Cancel(const ns3::EventId &id) override;
    bool IsExpired(const ns3::EventId &id) const override;
    void Run() override;
    ns3::Time Now() const override;
    ns3::Time GetDelayLeft(const ns3::EventId &id) const override;
    ns3::Time GetMaximumSimulationTime() const override;
    void SetScheduler(ns3::ObjectFactory factory) override;
    uint32_t GetSystemId() const override;
    uint32_t GetContext() const override;
    uint64_t GetEventCount() const override;

  private:
    void DoDispose() override;
    ns3::Scheduler::EventKey insert(uint32_t context, int64_t delay, ns3::EventImpl *event);
    void run_next();

    ns3::Ptr<ns3::Scheduler> m_queue;
    std::list<ns3::EventId> m_at_end;
    ns3::EventImpl *m_running = nullptr;
    int64_t m_now = 0;
    uint64_t m_count = 0;
    uint32_t m_uid = ns3::EventId::VALID;
    uint32_t m_context = UINT32_MAX;
    bool m_stopped = false;
};

#endif
