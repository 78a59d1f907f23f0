/* The stepped simulator. An event that has run is marked as cancelled, so that whether it is still to come does not depend on the
 * clock: the caller may set that to the time of an event that has not run. */
#include "ns3c_clock.h"

#include "ns3/nstime.h"
#include "ns3/object-factory.h"
#include "ns3/simulator.h"

using namespace ns3;

/* ns-3 leaves what was cancelled in its queue; a caller that asks for the next event would be woken for nothing. */
int64_t ns3c_clock::next()
{
    while (!m_queue->IsEmpty()) {
        Scheduler::Event e = m_queue->PeekNext();
        if (!e.impl->IsCancelled())
            return int64_t(e.key.m_ts);
        m_queue->RemoveNext();
        e.impl->Unref();
    }
    return INT64_MAX;
}

void ns3c_clock::advance(int64_t now)
{
    m_now = now;
}

void ns3c_clock::run_next()
{
    Scheduler::Event e = m_queue->RemoveNext();
    m_now = int64_t(e.key.m_ts);
    m_context = e.key.m_context;
    m_running = e.impl;
    m_count++;
    e.impl->Invoke();
    m_running = nullptr;
    e.impl->Cancel();
    e.impl->Unref();
}

void ns3c_clock::run(int64_t until)
{
    while (!m_queue->IsEmpty() && int64_t(m_queue->PeekNext().key.m_ts) <= until)
        run_next();
    m_now = until;
    m_context = Simulator::NO_CONTEXT;
}

void ns3c_clock::Run()
{
    m_stopped = false;
    while (!m_stopped && !m_queue->IsEmpty())
        run_next();
}

/* The number of an event orders those of one time. After 4 billion of them it begins again, and two of one time may change places
 * then. */
Scheduler::EventKey ns3c_clock::insert(uint32_t context, int64_t delay, EventImpl *event)
{
    Scheduler::EventKey key = {uint64_t(m_now + delay), m_uid, context};
    m_uid = m_uid == UINT32_MAX ? uint32_t(EventId::VALID) : m_uid + 1;
    m_queue->Insert({event, key});
    return key;
}

EventId ns3c_clock::Schedule(const Time &delay, EventImpl *event)
{
    Scheduler::EventKey key = insert(m_context, delay.GetTimeStep(), event);
    return EventId(event, key.m_ts, key.m_context, key.m_uid);
}

void ns3c_clock::ScheduleWithContext(uint32_t context, const Time &delay, EventImpl *event)
{
    insert(context, delay.GetTimeStep(), event);
}

EventId ns3c_clock::ScheduleNow(EventImpl *event)
{
    return Schedule(Time(0), event);
}

EventId ns3c_clock::ScheduleDestroy(EventImpl *event)
{
    m_at_end.emplace_back(Ptr<EventImpl>(event, false), uint64_t(m_now), UINT32_MAX, EventId::DESTROY);
    return m_at_end.back();
}

void ns3c_clock::Destroy()
{
    while (!m_at_end.empty()) {
        Ptr<EventImpl> event = m_at_end.front().PeekEventImpl();
        m_at_end.pop_front();
        event->Invoke();
        event->Cancel();
    }
}

void ns3c_clock::Cancel(const EventId &id)
{
    if (!IsExpired(id))
        id.PeekEventImpl()->Cancel();
}

void ns3c_clock::Remove(const EventId &id)
{
    if (IsExpired(id))
        return;
    id.PeekEventImpl()->Cancel();
    if (id.GetUid() == EventId::DESTROY) {
        m_at_end.remove(id);
    } else {
        m_queue->Remove({id.PeekEventImpl(), {id.GetTs(), id.GetUid(), id.GetContext()}});
        id.PeekEventImpl()->Unref();
    }
}

bool ns3c_clock::IsExpired(const EventId &id) const
{
    EventImpl *event = id.PeekEventImpl();
    return event == nullptr || event == m_running || event->IsCancelled();
}

bool ns3c_clock::IsFinished() const
{
    return m_stopped || m_queue->IsEmpty();
}

void ns3c_clock::Stop()
{
    m_stopped = true;
}

void ns3c_clock::Stop(const Time &delay)
{
    Simulator::Schedule(delay, &Simulator::Stop);
}

Time ns3c_clock::Now() const
{
    return TimeStep(uint64_t(m_now));
}

Time ns3c_clock::GetDelayLeft(const EventId &id) const
{
    return IsExpired(id) ? TimeStep(0) : TimeStep(id.GetTs() - uint64_t(m_now));
}

Time ns3c_clock::GetMaximumSimulationTime() const
{
    return TimeStep(INT64_MAX);
}

void ns3c_clock::SetScheduler(ObjectFactory factory)
{
    Ptr<Scheduler> queue = factory.Create<Scheduler>();
    while (m_queue && !m_queue->IsEmpty())
        queue->Insert(m_queue->RemoveNext());
    m_queue = queue;
}

uint32_t ns3c_clock::GetSystemId() const
{
    return 0;
}

uint32_t ns3c_clock::GetContext() const
{
    return m_context;
}

uint64_t ns3c_clock::GetEventCount() const
{
    return m_count;
}

void ns3c_clock::DoDispose()
{
    while (!m_queue->IsEmpty())
        m_queue->RemoveNext().impl->Unref();
    m_queue = nullptr;
    SimulatorImpl::DoDispose();
}
