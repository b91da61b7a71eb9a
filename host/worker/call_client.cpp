#include "worker/call_client.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <new>
#include <optional>

#include "base/utf8.hpp"
#include "document/pointer.hpp"

namespace slipway::worker {
namespace {

using Fate = CallClient::Fate;

// How often a call that takes long is looked after: whether its time is up, or its caller has gone.
constexpr Nanoseconds kLookAgain = 10 * kMillisecond;

// A worker's words, made fit for the host's.
std::string words_of(std::string_view text) {
  std::string words(text);
  for (std::size_t bad = find_invalid_utf8(words); bad != kValidUtf8; bad = find_invalid_utf8(words))
    words[bad] = '?';
  return words;
}

// Those that a predictor may return; anything else is the worker's fault.
Code code_of(std::uint32_t number) {
  switch (static_cast<Code>(number)) {
    case Code::invalid_argument:
    case Code::deadline_exceeded:
    case Code::cancelled:
    case Code::unavailable:
      return static_cast<Code>(number);
    default:
      return Code::internal;
  }
}

Error damaged(const std::string& why) {
  return {Code::internal, "the model's process sent what no worker sends: " + why};
}

}  // namespace

Result<CallClient> CallClient::create(PacketSocket socket) {
  if (Status set = socket.set_patience(kLookAgain); !set) return std::move(set).error();
  Result<SharedArea> request = SharedArea::create(kUsualArea);
  if (!request) return std::move(request).error();
  Result<SharedArea> response = SharedArea::create(kUsualArea);
  if (!response) return std::move(response).error();
  new (request->data()) CallHead();
  CallClient client(std::move(socket), std::move(*request), std::move(*response));
  Status handed = client.hand_over(client.request_, CallKind::request_area);
  if (handed) handed = client.hand_over(client.response_, CallKind::response_area);
  if (!handed) return std::move(handed).error();
  return client;
}

Status CallClient::hand_over(const SharedArea& area, CallKind kind) const {
  const Result<UniqueFd> file =
      area.descriptor(kind == CallKind::request_area ? SharedArea::Access::read : SharedArea::Access::write);
  if (!file) return file.error();
  CallPacket packet{kind, 0, 0, area.size(), 0};
  const iovec part{&packet, sizeof packet};
  return socket_.send({&part, 1}, file->get());
}

Status CallClient::replace(SharedArea& area, CallKind kind, std::size_t size) {
  Result<SharedArea> other = SharedArea::create(std::bit_ceil(std::max(size, kUsualArea)));
  if (!other) return std::move(other).error();
  if (kind == CallKind::request_area) new (other->data()) CallHead();
  if (Status handed = hand_over(*other, kind); !handed) return handed;
  area = std::move(*other);
  return {};
}

Status CallClient::deliver(const model::Prediction& prediction) {
  const std::size_t bytes = prediction.block.size();
  if (const std::size_t needed = area_for(sizeof(CallHead), bytes); needed > request_.size())
    if (Status replaced = replace(request_, CallKind::request_area, needed); !replaced) return replaced;
  cancelled().store(false, std::memory_order_relaxed);
  std::memcpy(request_.data() + document_offset(sizeof(CallHead), bytes), prediction.block.data(), bytes);
  const std::string_view id = prediction.request_id.substr(0, kMostRequestIdBytes);
  CallPacket packet{CallKind::call, static_cast<std::uint32_t>(id.size()), ++number_, bytes,
                    prediction.deadline};
  const std::array<iovec, 2> parts{iovec{&packet, sizeof packet},
                                   iovec{const_cast<char*>(id.data()), id.size()}};
  return socket_.send(parts);
}

CallClient::Outcome CallClient::call(const model::Prediction& prediction, document::Builder& response) {
  if (Status delivered = deliver(prediction); !delivered) {
    // The host's own want is no fault of the worker, which has noticed nothing.
    if (delivered.error().code == Code::limit_exceeded)
      return {Fate::answered, Error(Code::unavailable, delivered.error().message)};
    const bool gone = delivered.error().code == Code::unavailable;
    return {gone ? Fate::not_delivered : Fate::broken, std::move(delivered)};
  }
  Outcome outcome = wait(prediction, response);
  if (outcome.fate == Fate::answered) give_large_areas_back();
  return outcome;
}

CallClient::Outcome CallClient::wait(const model::Prediction& prediction, document::Builder& response) {
  alignas(AnswerPacket) std::array<std::byte, sizeof(AnswerPacket) + kMostErrorBytes + kMostPointerBytes>
      buffer;
  for (;;) {
    UniqueFd unwanted;
    const Result<std::size_t> size = socket_.receive(buffer, unwanted);
    if (!size && size.error().code == Code::deadline_exceeded) {
      if (prediction.cancelled.load(std::memory_order_relaxed))
        cancelled().store(true, std::memory_order_relaxed);
      if (monotonic_now() > prediction.deadline + kGrace) return {Fate::overdue, {}};
      continue;
    }
    if (!size) return {size.error().code == Code::unavailable ? Fate::lost : Fate::broken, size.error()};
    AnswerPacket answer{};
    if (*size < sizeof answer || *size > buffer.size())
      return {Fate::broken, damaged("a packet of a wrong size")};
    std::memcpy(&answer, buffer.data(), sizeof answer);
    const std::string_view texts(reinterpret_cast<const char*>(buffer.data()) + sizeof answer,
                                 *size - sizeof answer);
    if (answer.number != number_) return {Fate::broken, damaged("an answer to another call")};
    if (answer.kind != AnswerKind::needs_room) return take(answer, texts, prediction, response);
    if (answer.bytes > response.limits().document_bytes || area_for(0, answer.bytes) <= response_.size())
      return {Fate::broken, damaged("a wish for a wrong amount of memory")};
    Status replaced = replace(response_, CallKind::response_area, area_for(0, answer.bytes));
    if (!replaced && replaced.error().code == Code::unavailable) return {Fate::lost, std::move(replaced)};
    if (!replaced && replaced.error().code == Code::limit_exceeded)
      return {Fate::given_up, Error(Code::unavailable, replaced.error().message)};
    if (!replaced) return {Fate::broken, std::move(replaced)};
  }
}

CallClient::Outcome CallClient::take(const AnswerPacket& answer, std::string_view texts,
                                     const model::Prediction& prediction, document::Builder& response) {
  if (answer.kind == AnswerKind::answered) {
    if (answer.bytes > response_.size() || area_for(0, answer.bytes) > response_.size())
      return {Fate::broken, damaged("a response outside the memory for it")};
    try {
      if (response.document({response_.data() + document_offset(0, answer.bytes), answer.bytes}))
        return {Fate::answered, {}};
    } catch (const std::bad_alloc&) {  // the worker has done its part
      return {Fate::answered, Error(Code::unavailable, "no memory")};
    }
    return {Fate::broken, damaged(response.take_error().message)};
  }
  if (std::uint64_t{answer.message_size} + answer.pointer_size != texts.size())
    return {Fate::broken, damaged("texts of a wrong size")};
  std::string message = words_of(texts.substr(0, answer.message_size));
  std::string pointer = words_of(texts.substr(answer.message_size));
  if (answer.kind == AnswerKind::wrote_nonsense) {
    response.fail_at(code_of(answer.code), std::move(message), std::move(pointer));
    return {Fate::answered, {}};
  }
  if (answer.kind != AnswerKind::failed) return {Fate::broken, damaged("an answer of an unknown kind")};
  if (!document::resolves(prediction.request, pointer)) pointer.clear();
  return {Fate::answered, Error(code_of(answer.code), std::move(message), std::move(pointer))};
}

// One huge request must not stay in memory. What cannot be replaced now stays until the next time.
void CallClient::give_large_areas_back() {
  if (request_.size() > kMostKept) (void)replace(request_, CallKind::request_area, kUsualArea);
  if (response_.size() > kMostKept) (void)replace(response_, CallKind::response_area, kUsualArea);
}

}  // namespace slipway::worker
