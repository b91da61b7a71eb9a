#include "cli/takeover.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "base/file.hpp"

namespace slipway::cli {
namespace {

constexpr std::array<std::string_view, 7> kWords = {"take over 1", "group", "manager", "go",
                                                    "serving",     "yours", "refused"};
constexpr std::size_t kGroupFields = 7;

std::string_view text_of(TakeoverWord word) {
  return kWords[static_cast<std::size_t>(word)];
}

template <class Number>
Number number_of(const std::string& text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Error unexpected(const TakeoverMessage& message) {
  if (message.word == TakeoverWord::refused)
    return {Code::failed_precondition, "the running host does not let itself be taken over: " +
                                           (message.fields.empty() ? "" : message.fields.front())};
  return {Code::internal, "the running host says \"" + std::string(text_of(message.word)) + "\" out of turn"};
}

// In several messages where it has many sockets.
Status send_group(PacketSocket& socket, const http::ListenGroup& group, bool control) {
  for (std::size_t begin = 0; begin < group.sockets.size(); begin += PacketSocket::kMostFiles) {
    TakeoverMessage message{
        TakeoverWord::group,
        {control ? "control" : "data", group.shared ? "shared" : "one each",
         group.lives_on ? "lives on" : "own", group.asked.host, std::to_string(group.asked.port),
         group.actual.host, std::to_string(group.actual.port)},
        {}};
    const std::size_t end = std::min(group.sockets.size(), begin + PacketSocket::kMostFiles);
    for (std::size_t i = begin; i < end; ++i) message.files.push_back(duplicate(group.sockets[i]));
    if (Status sent = send(socket, message); !sent) return sent;
  }
  return {};
}

Status add_group(TakeoverMessage message, Handed& handed) {
  if (message.fields.size() != kGroupFields || message.files.empty())
    return {Code::internal, "the running host hands over a socket in a form that this one does not know"};
  http::ListenGroup group;
  group.shared = message.fields[1] == "shared";
  group.lives_on = message.fields[2] == "lives on";
  group.asked = {message.fields[3], number_of<std::uint16_t>(message.fields[4])};
  group.actual = {message.fields[5], number_of<std::uint16_t>(message.fields[6])};
  group.sockets = std::move(message.files);
  if (message.fields[0] == "control") {
    handed.control.emplace(std::move(group));
  } else if (!handed.data.empty() && handed.data.back().actual == group.actual) {
    for (UniqueFd& each : group.sockets) handed.data.back().sockets.push_back(std::move(each));
  } else {
    handed.data.push_back(std::move(group));
  }
  return {};
}

Status wait_readable(int descriptor, Nanoseconds deadline, int stop) {
  for (;;) {
    const Nanoseconds left = std::max<Nanoseconds>(deadline - monotonic_now(), 0);
    const timespec timeout{static_cast<time_t>(left / kSecond), static_cast<long>(left % kSecond)};
    std::array<pollfd, 2> wanted{{{descriptor, POLLIN, 0}, {stop, POLLIN, 0}}};
    const int ready = ::ppoll(wanted.data(), wanted.size(), &timeout, nullptr);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return {Code::io, "cannot wait: " + system_message(errno)};
    if (wanted[1].revents != 0) return {Code::cancelled, "this host is about to stop"};
    if (ready == 0) return {Code::deadline_exceeded, "the other host has not answered in time"};
    return {};
  }
}

}  // namespace

Status send(PacketSocket& socket, const TakeoverMessage& message) {
  std::string packet(text_of(message.word));
  for (const std::string& each : message.fields) packet += "\n" + each;
  return socket.send(packet, message.files);
}

Result<TakeoverMessage> receive(PacketSocket& socket, Nanoseconds deadline, int stop) {
  if (Status ready = wait_readable(socket.descriptor(), deadline, stop); !ready)
    return std::move(ready).error();
  Result<PacketSocket::Packet> packet = socket.receive();
  if (!packet) return std::move(packet).error();
  TakeoverMessage message;
  const std::string& bytes = packet->bytes;
  std::size_t at = std::min(bytes.find('\n'), bytes.size());
  const auto word = std::find(kWords.begin(), kWords.end(), std::string_view(bytes).substr(0, at));
  if (word == kWords.end()) return Error(Code::unsupported, "the other process speaks another protocol");
  message.word = static_cast<TakeoverWord>(word - kWords.begin());
  while (at < bytes.size()) {
    const std::size_t end = std::min(bytes.find('\n', at + 1), bytes.size());
    message.fields.push_back(bytes.substr(at + 1, end - at - 1));
    at = end;
  }
  message.files = std::move(packet->files);
  return message;
}

Status send(PacketSocket& socket, const Handed& handed) {
  for (const http::ListenGroup& group : handed.data)
    if (Status sent = send_group(socket, group, false); !sent) return sent;
  if (handed.control)
    if (Status sent = send_group(socket, *handed.control, true); !sent) return sent;
  if (Status sent = send(socket, TakeoverMessage{TakeoverWord::manager,
                                                 {handed.notify_socket, std::to_string(handed.watchdog)},
                                                 {}});
      !sent)
    return sent;
  return send(socket, TakeoverMessage{TakeoverWord::go, {}, {}});
}

Result<Takeover> Takeover::begin(const std::string& path, bool own_manager) {
  const Nanoseconds now = monotonic_now();
  Result<PacketSocket> socket = PacketSocket::connect(path);
  if (!socket && socket.error().code == Code::not_found)
    return Error(Code::not_found, "no host that can be taken over listens on " + path +
                                      "; start this one without --takeover, or name the running host's "
                                      "--takeover-socket");
  if (!socket) return std::move(socket).error();
  Takeover takeover(std::move(*socket), now);
  const TakeoverMessage hello{TakeoverWord::take_over, {own_manager ? "own manager" : "no manager"}, {}};
  if (Status sent = send(takeover.socket_, hello); !sent) return std::move(sent).error();
  if (Status received = takeover.receive_handed(); !received) return std::move(received).error();
  return takeover;
}

Status Takeover::receive_handed() {
  for (;;) {
    Result<TakeoverMessage> message = receive(socket_, monotonic_now() + kMostTakeover);
    if (!message) return std::move(message).error().within("the running host has handed nothing over");
    if (message->word == TakeoverWord::go) return {};
    if (message->word == TakeoverWord::group) {
      if (Status added = add_group(std::move(*message), handed_); !added) return added;
    } else if (message->word == TakeoverWord::manager && message->fields.size() == 2) {
      handed_.notify_socket = message->fields[0];
      handed_.watchdog = number_of<Nanoseconds>(message->fields[1]);
    } else {
      return unexpected(*message);
    }
  }
}

Status Takeover::conclude() {
  const TakeoverMessage serving{TakeoverWord::serving, {}, {}};
  // What it has said already is still read where it has gone.
  (void)send(socket_, serving);
  const Result<TakeoverMessage> message = receive(socket_, monotonic_now() + kMostTakeover);
  // It has ended without a word: nobody but this one is left.
  if (!message || message->word == TakeoverWord::yours) return {};
  return unexpected(*message);
}

Matched match_groups(std::vector<http::ListenGroup> handed, std::vector<http::ListenAddress>& listen) {
  Matched matched;
  for (http::ListenGroup& group : handed) {
    const auto wanted = std::find_if(listen.begin(), listen.end(), [&](const http::ListenAddress& each) {
      return each == group.asked || each == group.actual;
    });
    if (wanted == listen.end() && !group.lives_on) {
      matched.other.push_back(group.actual);
      continue;
    }
    if (wanted != listen.end()) {
      group.asked = *wanted;
      listen.erase(wanted);
    }
    matched.groups.push_back(std::move(group));
  }
  return matched;
}

std::string takeover_socket(const std::string& wanted, const std::string& store) {
  if (!wanted.empty() || store.empty()) return wanted;
  return store + "/takeover.sock";
}

}  // namespace slipway::cli
