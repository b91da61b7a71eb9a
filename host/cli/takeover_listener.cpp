#include "cli/takeover_listener.hpp"

#include <poll.h>
#include <pthread.h>

#include <array>
#include <exception>
#include <system_error>

#include "telemetry/log.hpp"

namespace slipway::cli {
namespace {

using telemetry::Level;
using telemetry::log;

constexpr Nanoseconds kMostForHello = 10 * kSecond;

}  // namespace

TakeoverListener::TakeoverListener(PacketListener listener, HandOver& host, std::function<void()> retired,
                                   Bell bell)
    : listener_(std::move(listener)), host_(host), retired_(std::move(retired)), bell_(std::move(bell)) {}

Result<std::unique_ptr<TakeoverListener>> TakeoverListener::start(const std::string& path, HandOver& host,
                                                                  std::function<void()> retired) {
  Result<PacketListener> socket = PacketListener::listen(path);
  if (!socket) return std::move(socket).error();
  Result<Bell> bell = Bell::create();
  if (!bell) return std::move(bell).error();
  std::unique_ptr<TakeoverListener> listener(
      new TakeoverListener(std::move(*socket), host, std::move(retired), std::move(*bell)));
  try {
    listener->thread_ = std::thread(&TakeoverListener::run, listener.get());
  } catch (const std::system_error& failure) {
    return Error(Code::unavailable,
                 "cannot start the thread that waits for a new host: " + std::string(failure.what()));
  }
  pthread_setname_np(listener->thread_.native_handle(), "takeover");
  log(Level::info, "a new host can take over", {{"socket", path}});
  return listener;
}

bool TakeoverListener::stop() {
  stopping_.store(true);
  bell_.ring();
  if (thread_.joinable()) thread_.join();
  return handed_.load();
}

void TakeoverListener::run() {
  while (!stopping_.load()) {
    std::array<pollfd, 2> wanted{{{bell_.descriptor(), POLLIN, 0}, {listener_.descriptor(), POLLIN, 0}}};
    ::ppoll(wanted.data(), wanted.size(), nullptr, nullptr);
    if (stopping_.load()) return;
    Result<PacketListener::Accepted> peer = listener_.accept();
    if (!peer) continue;
    try {
      if (hand_over(*peer)) return retired_();
    } catch (const std::exception& failure) {  // out of memory: as if it had not come
      log(Level::error, "nothing was handed over", {{"why", failure.what()}});
      handed_.store(false);
      host_.take_back();
    }
  }
}

// Up to where the new one may load its models.
Status TakeoverListener::prepare(PacketListener::Accepted& peer, bool& own_manager) {
  const Result<TakeoverMessage> hello =
      receive(peer.socket, monotonic_now() + kMostForHello, bell_.descriptor());
  if (!hello) return hello.error();
  if (hello->word != TakeoverWord::take_over || hello->fields.size() != 1)
    return {Code::unsupported, "the new process speaks another protocol"};
  own_manager = hello->fields.front() == "own manager";
  const Result<Handed> handed = host_.let_go(monotonic_now() + kMostTakeover);
  if (!handed) return handed.error();
  handed_.store(true);
  return send(peer.socket, *handed);
}

// True: the new one is the host.
bool TakeoverListener::hand_over(PacketListener::Accepted& peer) {
  log(Level::info, "a new host is about to take over", {{"pid", std::int64_t{peer.process}}});
  bool own_manager = false;
  Status failed = prepare(peer, own_manager);
  if (failed) {
    const Result<TakeoverMessage> answer =
        receive(peer.socket, monotonic_now() + kMostTakeover, bell_.descriptor());
    if (answer && answer->word == TakeoverWord::serving) {
      host_.retire(peer.process, own_manager);
      listener_.close();  // its place is the new one's
      (void)send(peer.socket, TakeoverMessage{TakeoverWord::yours, {}, {}});
      log(Level::info, "the new host serves; this one accepts nothing more",
          {{"pid", std::int64_t{peer.process}}});
      return true;
    }
    failed = answer ? Error(Code::unsupported, "the new process speaks another protocol") : answer.error();
  }
  // One that stops leaves what it has to the new one, which hears nothing but the connection's end.
  if (stopping_.load()) return false;
  (void)send(peer.socket, TakeoverMessage{TakeoverWord::refused, {failed.error().message}, {}});
  log(Level::warning, "the new host has not come to serve; this one goes on",
      {{"why", failed.error().message}, {"pid", std::int64_t{peer.process}}});
  handed_.store(false);
  host_.take_back();
  return false;
}

}  // namespace slipway::cli
