#include "worker/message.hpp"

#include <bit>
#include <cstring>
#include <type_traits>

#include "base/utf8.hpp"

namespace slipway::worker {
namespace {

// The fields of each message, in their order on the wire.
template <class Visitor>
bool fields(Task& m, Visitor&& v) {
  return v(m.purpose) && v(m.bundle) && v(m.plugin) && v(m.in_place) && v(m.memory) && v(m.cpu_limit) &&
         v(m.network) && v(m.folders) && v(m.parameters) && v(m.experiment) && v(m.seed);
}
template <class Visitor>
bool fields(Prepared& m, Visitor&& v) {
  return v(m.in_force) && v(m.missing);
}
template <class Visitor>
bool fields(StepBegins& m, Visitor&& v) {
  return v(m.step) && v(m.subject);
}
template <class Visitor>
bool fields(CaseEnded& m, Visitor&& v) {
  return v(m.name) && v(m.place) && v(m.difference) && v(m.predict_time);
}
template <class Visitor>
bool fields(Failed& m, Visitor&& v) {
  return v(m.code) && v(m.why);
}
template <class Visitor>
bool fields(Unloaded& m, Visitor&& v) {
  return v(m.pinned_by) && v(m.left_behind);
}
template <class Visitor>
bool fields(TakeCalls& m, Visitor&& v) {
  return v(m.depth) && v(m.nodes) && v(m.string_bytes) && v(m.document_bytes);
}
template <class Visitor>
bool fields(Logged& m, Visitor&& v) {
  return v(m.level) && v(m.message) && v(m.request_id);
}
template <class Visitor>
bool fields(Measured& m, Visitor&& v) {
  return v(m.kind) && v(m.name) && v(m.help) && v(m.value) && v(m.count);
}
template <class Visitor>
bool fields(Observed& m, Visitor&& v) {
  return v(m.what) && v(m.subject) && v(m.text) && v(m.value);
}
template <class Message, class Visitor>
requires std::is_empty_v<Message>
bool fields(Message&, Visitor&&) {
  return true;
}

// Not too long, and UTF-8 whatever it was: a file's name can be anything.
std::string presentable(std::string text) {
  if (text.size() > kMostText) {
    std::size_t end = kMostText;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // a whole character
    text.resize(end);
  }
  for (std::size_t bad = find_invalid_utf8(text); bad != kValidUtf8; bad = find_invalid_utf8(text))
    text[bad] = '?';
  return text;
}

class Encoder {
 public:
  explicit Encoder(std::string& out) : out_(out) {}

  bool operator()(const std::string& text) {
    const std::string kept = presentable(text);
    (*this)(static_cast<std::uint64_t>(kept.size()));
    out_.append(kept);
    return true;
  }
  bool operator()(std::uint64_t number) {
    char bytes[sizeof number];
    std::memcpy(bytes, &number, sizeof number);
    out_.append(bytes, sizeof bytes);
    return true;
  }
  bool operator()(Nanoseconds time) { return (*this)(static_cast<std::uint64_t>(time)); }
  bool operator()(double number) { return (*this)(std::bit_cast<std::uint64_t>(number)); }
  bool operator()(Purpose purpose) { return (*this)(static_cast<std::uint64_t>(purpose)); }
  bool operator()(Experiment experiment) { return (*this)(static_cast<std::uint64_t>(experiment)); }
  bool operator()(Step step) { return (*this)(static_cast<std::uint64_t>(step)); }
  bool operator()(Code code) { return (*this)(static_cast<std::uint64_t>(code)); }

 private:
  std::string& out_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : left_(bytes) {}

  bool operator()(std::string& text) {
    std::uint64_t size = 0;
    if (!(*this)(size) || size > kMostText || size > left_.size()) return false;
    text = left_.substr(0, size);
    left_.remove_prefix(size);
    return is_utf8(text);
  }
  bool operator()(std::uint64_t& number) {
    if (left_.size() < sizeof number) return false;
    std::memcpy(&number, left_.data(), sizeof number);
    left_.remove_prefix(sizeof number);
    return true;
  }
  bool operator()(Nanoseconds& time) {
    std::uint64_t number = 0;
    if (!(*this)(number) || number > static_cast<std::uint64_t>(INT64_MAX)) return false;
    time = static_cast<Nanoseconds>(number);
    return true;
  }
  bool operator()(double& number) {
    std::uint64_t bits = 0;
    if (!(*this)(bits)) return false;
    number = std::bit_cast<double>(bits);
    return true;
  }
  bool operator()(Purpose& purpose) { return one_of(purpose, 3); }
  bool operator()(Experiment& experiment) { return one_of(experiment, kExperiments); }
  bool operator()(Step& step) { return one_of(step, kSteps); }
  bool operator()(Code& code) { return one_of(code, static_cast<std::size_t>(Code::internal) + 1); }

  bool at_end() const { return left_.empty(); }

 private:
  template <class Enum>
  bool one_of(Enum& value, std::size_t count) {
    std::uint64_t number = 0;
    if (!(*this)(number) || number >= count) return false;
    value = static_cast<Enum>(number);
    return true;
  }

  std::string_view left_;
};

// The message whose number is `kind`, read from the rest of the packet.
template <std::size_t Kind = 0>
bool decode_as(std::size_t kind, Decoder& decoder, Message& message) {
  if constexpr (Kind == std::variant_size_v<Message>) {
    return false;
  } else {
    if (kind != Kind) return decode_as<Kind + 1>(kind, decoder, message);
    return fields(message.emplace<Kind>(), decoder);
  }
}

}  // namespace

std::string encode(const Message& message) {
  std::string packet(1, static_cast<char>(message.index()));
  Message copy = message;  // `fields` serves both ways
  std::visit([&](auto& each) { fields(each, Encoder(packet)); }, copy);
  return packet;
}

Result<Message> decode(std::string_view packet) {
  Message message;
  if (!packet.empty()) {
    Decoder decoder(packet.substr(1));
    if (decode_as(static_cast<unsigned char>(packet[0]), decoder, message) && decoder.at_end())
      return message;
  }
  return Error(Code::invalid_argument, "what the other process sent is no message");
}

}  // namespace slipway::worker
