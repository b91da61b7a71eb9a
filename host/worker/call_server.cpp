#include "worker/call_server.hpp"

#include <array>
#include <cstring>
#include <optional>
#include <string_view>

#include "document/builder.hpp"
#include "worker/call_packet.hpp"
#include "worker/shared_area.hpp"

namespace slipway::worker {
namespace {

constexpr std::size_t kKeptBytes = 4u << 20;

class CallServer {
 public:
  CallServer(PacketSocket socket, model::Predictor& predictor, const document::Limits& limits)
      : socket_(std::move(socket)), predictor_(predictor), builder_(limits) {}

  Status run(const std::function<void()>& rest);

 private:
  Status handle(std::size_t size, const UniqueFd& descriptor);
  Status predict(const CallPacket& call, std::string_view request_id);
  Status respond(std::uint64_t number);
  Status send_error(AnswerKind kind, std::uint64_t number, const Error& error);
  Status send(AnswerPacket packet, std::string_view message = {}, std::string_view pointer = {});

  PacketSocket socket_;
  model::Predictor& predictor_;
  document::Builder builder_;
  document::Document response_document_;
  std::optional<SharedArea> request_;
  std::optional<SharedArea> response_;
  std::uint64_t waiting_ = 0;  // the call whose response wants a larger area; 0: none
  alignas(CallPacket) std::array<std::byte, sizeof(CallPacket) + kMostRequestIdBytes> buffer_;
};

Status CallServer::run(const std::function<void()>& rest) {
  Nanoseconds rested = monotonic_now();
  bool called_since = false;
  for (;;) {
    UniqueFd descriptor;
    const Result<std::size_t> size = socket_.receive(buffer_, descriptor);
    const bool silent = !size && size.error().code == Code::deadline_exceeded;
    if (!size && !silent) return size.error().code == Code::unavailable ? Status() : size.error();
    if (size)
      if (Status handled = handle(*size, descriptor); !handled)
        return handled.error().code == Code::unavailable ? Status() : std::move(handled);
    called_since |= !silent;
    const Nanoseconds now = monotonic_now();
    if (!called_since || (!silent && now - rested < kPatience)) continue;
    rest();
    rested = now;
    called_since = false;
  }
}

Status CallServer::handle(std::size_t size, const UniqueFd& descriptor) {
  CallPacket packet{};
  if (size < sizeof packet || size > buffer_.size())
    return Error(Code::internal, "the host sent a packet of a wrong size");
  std::memcpy(&packet, buffer_.data(), sizeof packet);
  if (packet.kind == CallKind::call) {
    const std::string_view id(reinterpret_cast<const char*>(buffer_.data()) + sizeof packet,
                              packet.request_id_size);
    return predict(packet, id);
  }
  const bool is_request = packet.kind == CallKind::request_area;
  Result<SharedArea> area = SharedArea::received(
      descriptor, packet.bytes, is_request ? SharedArea::Access::read : SharedArea::Access::write);
  if (!area) return std::move(area).error();
  (is_request ? request_ : response_) = std::move(*area);
  return !is_request && waiting_ != 0 ? respond(waiting_) : Status();
}

Status CallServer::predict(const CallPacket& call, std::string_view request_id) {
  if (!request_ || !response_) return Error(Code::internal, "the host shares no memory for calls");
  const auto* const block =
      reinterpret_cast<const std::byte*>(request_->data()) + document_offset(sizeof(CallHead), call.bytes);
  const auto& head = *reinterpret_cast<const CallHead*>(request_->data());
  const model::Prediction prediction{document::Value(reinterpret_cast<const slw_value*>(block)),
                                     {block, call.bytes},
                                     call.deadline,
                                     request_id,
                                     head.cancelled};
  response_document_.shrink(kKeptBytes);
  builder_.shrink(kKeptBytes);
  builder_.start(response_document_);
  if (Status predicted = predictor_.predict(prediction, builder_); !predicted)
    return send_error(AnswerKind::failed, call.number, predicted.error());
  if (Status finished = builder_.finish(); !finished)
    return send_error(AnswerKind::wrote_nonsense, call.number, finished.error());
  return respond(call.number);
}

Status CallServer::respond(std::uint64_t number) {
  const std::span<const std::byte> block = response_document_.bytes();
  const bool fits = area_for(0, block.size()) <= response_->size();
  waiting_ = fits ? 0 : number;
  if (fits) std::memcpy(response_->data() + document_offset(0, block.size()), block.data(), block.size());
  return send({fits ? AnswerKind::answered : AnswerKind::needs_room, 0, number, block.size(), 0, 0});
}

Status CallServer::send_error(AnswerKind kind, std::uint64_t number, const Error& error) {
  return send({kind, static_cast<std::uint32_t>(error.code), number, 0, 0, 0}, error.message, error.pointer);
}

Status CallServer::send(AnswerPacket packet, std::string_view message, std::string_view pointer) {
  message = message.substr(0, kMostErrorBytes);
  pointer = pointer.substr(0, kMostPointerBytes);
  packet.message_size = static_cast<std::uint32_t>(message.size());
  packet.pointer_size = static_cast<std::uint32_t>(pointer.size());
  const std::array<iovec, 3> parts{iovec{&packet, sizeof packet},
                                   iovec{const_cast<char*>(message.data()), message.size()},
                                   iovec{const_cast<char*>(pointer.data()), pointer.size()}};
  return socket_.send(parts);
}

}  // namespace

Status serve_calls(PacketSocket socket, model::Predictor& predictor, const document::Limits& limits,
                   const std::function<void()>& rest) {
  return CallServer(std::move(socket), predictor, limits).run(rest);
}

}  // namespace slipway::worker
