#include "http/serving_thread.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>

namespace slipway::http {
namespace {

constexpr Nanoseconds kTick = 100 * kMillisecond;
constexpr int kAcceptsPerTurn = 64;
constexpr std::size_t kMaxRefusing =
    64;  // connections that are told 503 or 429 at one time; beyond that they are closed
constexpr std::size_t kEvictable = 64;  // idle connections that are looked up at a time

}  // namespace

struct ServingThread::Listener final : public Watcher {
  Listener(ServingThread& owner, Listening listening)
      : thread(owner),
        descriptor(owner.loop_, std::move(listening.socket), *this),
        lives_on(listening.lives_on) {}

  void on_ready(Ready) noexcept override {
    if (open) thread.accept_from(*this);
  }
  void wait() noexcept { descriptor.wait(Ready::read); }
  void close() noexcept {
    open = false;
    descriptor.close();
  }

  ServingThread& thread;
  Descriptor descriptor;
  const bool lives_on;
  bool open = true;
  bool paused =
      false;  // out of descriptors or memory: tried again by the next tick, or when a connection ends
};

ServingThread::ServingThread(ServerShared& shared, unsigned index, std::vector<Listening> listening,
                             std::shared_ptr<WakeQueue> wakes)
    : shared_(shared),
      index_(index),
      wakes_(std::move(wakes)),
      receive_buffer_(std::make_unique<std::array<char, 64 * 1024>>()),
      deadline_alarm_(
          loop_, [](void* self) noexcept { static_cast<ServingThread*>(self)->meet_deadlines(); }, this),
      tick_alarm_(
          loop_, [](void* self) noexcept { static_cast<ServingThread*>(self)->tick(); }, this),
      coarse_now_(monotonic_now()) {
  wake_descriptor_ = std::make_unique<Descriptor>(loop_, wakes_->duplicate(), *this);
  for (Listening& each : listening) listeners_.push_back(std::make_unique<Listener>(*this, std::move(each)));
}

ServingThread::~ServingThread() = default;

void ServingThread::run() noexcept {
  wake_descriptor_->wait(Ready::read);
  for (const auto& listener : listeners_) listener->wait();
  loop_.run();
}

void ServingThread::drain(Nanoseconds deadline, bool handed_over) noexcept {
  if (handed_over) handed_over_.store(true);
  Nanoseconds before = drain_request_.load();
  while ((before == 0 || deadline < before) && !drain_request_.compare_exchange_weak(before, deadline)) {
  }
  wakes_->wake();
}

void ServingThread::nudge() noexcept {
  nudged_.store(true, std::memory_order_release);
  wakes_->wake();
}

void ServingThread::take(Accepted connection) noexcept {
  try {
    const std::lock_guard lock(dealt_mutex_);
    dealt_.push_back(std::move(connection));
  } catch (const std::exception&) {
    return;  // out of memory: this connection ends
  }
  wakes_->wake();
}

void ServingThread::on_ready(Ready) noexcept {
  if (ended_) return;
  wakes_->clear_wakes();
  if (nudged_.exchange(false, std::memory_order_acquire) && shared_.options.on_nudge)
    shared_.options.on_nudge(index_);
  const bool drains = drain_request_.load() != 0;
  take_connections();
  if (drains && !draining_) begin_drain(monotonic_now());
  take_wakes();
  if (drains) tick();
  if (!ended_) wake_descriptor_->wait(Ready::read);
}

void ServingThread::take_wakes() noexcept {
  for (Deferred* answer = wakes_->take_all(); answer != nullptr;) {
    Deferred* const next = WakeQueue::next(*answer);
    WakeQueue::owner(*answer).on_completed();  // may free the answer
    answer = next;
  }
}

void ServingThread::take_connections() noexcept {
  std::vector<Accepted> dealt;
  {
    const std::lock_guard lock(dealt_mutex_);
    dealt.swap(dealt_);
  }
  for (Accepted& each : dealt) {
    try {
      admit(std::move(each.connection), std::move(each.peer));
    } catch (const std::exception&) {
      counters_.accept_failures.add();
    }
  }
}

void ServingThread::accept_from(Listener& listener) noexcept {
  for (int i = 0; i < kAcceptsPerTurn || draining_; ++i) {
    try {
      Peer peer;
      UniqueFd connection(accept_connection(listener.descriptor.get(), peer));
      const int why = errno;
      if (connection.valid()) {
        admit(std::move(connection), std::move(peer));
        continue;
      }
      if (why == EAGAIN || why == EWOULDBLOCK) break;
      if (why == EMFILE || why == ENFILE || why == ENOBUFS || why == ENOMEM) return pause(listener);
      // The others are about one connection that failed before it was accepted.
    } catch (const std::exception&) {
      return pause(listener);
    }
  }
  listener.wait();
}

void ServingThread::admit(UniqueFd connection, Peer peer) {
  if (open_sessions_ == 0) coarse_now_ = monotonic_now();
  counters_.connections.add();
  try {
    ConnectionSlot slot;
    const ConnectionSlots::Taken taken = take_slot(peer.client, slot);
    const bool refused = taken != ConnectionSlots::Taken::yes;
    if (refused) counters_.refused.add();
    if (refused && refusing_ >= kMaxRefusing) {
      counters_.closed.add();
      return;
    }
    deadlines_.reserve(sessions_.size() + 1);
    std::unique_ptr<TlsStream> tls;
    if (shared_.options.tls != nullptr) tls = shared_.options.tls->accept(connection.get());
    sessions_.push_back(std::make_unique<Session>(*this, std::move(connection), std::move(tls),
                                                  std::move(peer.text), std::move(slot)));
    ++open_sessions_;
    refusing_ += refused;
    schedule_tick();
    sessions_.back()->start(taken);
  } catch (const std::exception&) {
    counters_.closed.add();
    throw;
  }
}

// Where all are taken, an idle connection makes room for one that may have something to ask.
ConnectionSlots::Taken ServingThread::take_slot(ClientKey client, ConnectionSlot& slot) {
  ConnectionSlots::Taken taken = shared_.slots.take(client, slot);
  while (taken == ConnectionSlots::Taken::all_taken && evict_idle()) taken = shared_.slots.take(client, slot);
  if (taken == ConnectionSlots::Taken::all_taken) shared_.wants_room.store(true, std::memory_order_relaxed);
  return taken;
}

// Closes the connection that has been idle for the longest. They are looked up in batches, which bounds what
// a flood of connections can cost. False if there is none.
bool ServingThread::evict_idle() {
  if (evictable_.empty()) find_evictable();
  while (!evictable_.empty()) {
    Session& session = *evictable_.back();
    evictable_.pop_back();
    if (!session.evict()) continue;  // it has been called in the meantime
    counters_.evicted.add();
    return true;
  }
  return false;
}

void ServingThread::find_evictable() {
  if (nobody_is_idle_) return;
  for (const auto& session : sessions_)
    if (session->is_idle()) evictable_.push_back(session.get());
  const auto longer = [](const Session* a, const Session* b) { return a->quiet_since() < b->quiet_since(); };
  if (evictable_.size() > kEvictable) {
    std::nth_element(evictable_.begin(), evictable_.begin() + kEvictable, evictable_.end(), longer);
    evictable_.resize(kEvictable);
  }
  std::sort(evictable_.rbegin(), evictable_.rend(), longer);
  nobody_is_idle_ = evictable_.empty() && sessions_.size() > kEvictable;
}

// For another thread, which had to refuse a connection.
void ServingThread::make_room() noexcept {
  if (!shared_.wants_room.load(std::memory_order_relaxed)) return;
  try {
    if (!shared_.slots.all_taken() || evict_idle())
      shared_.wants_room.store(false, std::memory_order_relaxed);
  } catch (const std::exception&) {
    // There is no memory for the list; the next tick tries again.
  }
}

// Waiting for the listening socket now would spin: it stays readable. The tick tries again.
void ServingThread::pause(Listener& listener) noexcept {
  counters_.accept_failures.add();
  listener.paused = true;
  schedule_tick();
}

void ServingThread::on_session_end(bool was_refused) noexcept {
  --open_sessions_;
  refusing_ -= was_refused;
  counters_.closed.add();
  for (const auto& listener : listeners_) {
    if (!listener->paused) continue;
    listener->paused = false;
    listener->wait();
  }
  if (!draining_ || open_sessions_ != 0) return;
  tick_set_ = true;
  tick_alarm_.set(coarse_now_);
}

void ServingThread::schedule_tick() noexcept {
  if (tick_set_) return;
  tick_set_ = true;
  tick_alarm_.set(monotonic_now() + kTick);
}

void ServingThread::tick() noexcept {
  tick_set_ = false;
  coarse_now_ = monotonic_now();
  for (const auto& listener : listeners_)
    if (std::exchange(listener->paused, false) && listener->open) listener->wait();
  // Sessions end here but are not destroyed, and none begins.
  for (const auto& session : sessions_) session->on_tick(coarse_now_);
  make_room();
  if (draining_ && !ended_) continue_drain(coarse_now_);
  reap();
  if (!sessions_.empty() || (draining_ && has_open_listener())) schedule_tick();
}

void ServingThread::reap() noexcept {
  evictable_.clear();
  nobody_is_idle_ = false;
  std::erase_if(sessions_, [](const std::unique_ptr<Session>& session) { return session->finished(); });
}

void ServingThread::watch_deadline(Session& session, Nanoseconds deadline) noexcept {
  deadlines_.add(session, deadline);
  if (deadline_alarm_at_ != 0 && deadline_alarm_at_ <= deadline) return;
  deadline_alarm_at_ = deadline;
  deadline_alarm_.set(deadline);
}

// The alarm may be early: an answer that was in time leaves its alarm set, which is cheaper than setting it
// back.
void ServingThread::meet_deadlines() noexcept {
  const Nanoseconds now = monotonic_now();
  while (!deadlines_.empty() && deadlines_.nearest().deadline <= now) {
    auto& session = static_cast<Session&>(deadlines_.nearest());
    deadlines_.remove(session);
    session.on_deadline();
  }
  deadline_alarm_at_ = 0;
  if (deadlines_.empty()) return;
  deadline_alarm_at_ = deadlines_.nearest().deadline;
  deadline_alarm_.set(deadline_alarm_at_);
}

Nanoseconds ServingThread::idle_until() const {
  const Nanoseconds usual = coarse_now_ + limits().idle_timeout;
  if (!draining_) return usual;
  if (!handed_over_.load()) return std::min(usual, drain_began_ + shared_.options.drain_idle_grace);
  // Nobody waits for this process to end: a client's next request finds its connection, and learns that it is
  // the last. Half of the time is left for those that answer.
  return std::min(usual, drain_began_ + (drain_request_.load() - drain_began_) / 2);
}

void ServingThread::begin_drain(Nanoseconds now) noexcept {
  draining_ = true;
  drain_began_ = coarse_now_ = now;
  bool quiet = true;
  for (const auto& listener : listeners_) {
    if (listener->lives_on || handed_over_.load())
      listener->close();
    else
      quiet = stop_new_connections(listener->descriptor.get()) && quiet;
  }
  listeners_close_at_ = quiet ? now + kHandshakeGrace : now;
  for (const auto& session : sessions_) session->on_drain(idle_until());
}

bool ServingThread::has_open_listener() const {
  return std::any_of(listeners_.begin(), listeners_.end(),
                     [](const auto& listener) { return listener->open; });
}

void ServingThread::continue_drain(Nanoseconds now) noexcept {
  const bool forced = now >= drain_request_.load();
  if (now >= listeners_close_at_ || forced) {
    for (const auto& listener : listeners_) {
      if (!listener->open) continue;
      accept_from(*listener);
      listener->close();
    }
  }
  if (forced)
    for (const auto& session : sessions_) session->on_force();
  reap();
  if (sessions_.empty() && !has_open_listener()) {
    ended_ = true;
    wake_descriptor_->close();
    deadline_alarm_.clear();
  }
}

}  // namespace slipway::http
