// The packets in which the host asks a worker for predictions: fixed in size but for their texts, so that a
// call costs no allocation. Both ends are the same program.
//
//   host    request_area, response_area   each with a descriptor: memory to use from now on
//           call                          the request's document lies in the request area
//   worker  answered, wrote_nonsense, failed, needs_room
//
// A document of n bytes lies at the first place behind the area's head (64 bytes, CallHead) that lets it end
// at a multiple of 64; in a response area there is no head. One call at a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace slipway::worker {

constexpr std::size_t kAreaAlignment = 64;
constexpr std::size_t kMostRequestIdBytes = 512;
constexpr std::size_t kMostErrorBytes = 8 * 1024;  // of a message
constexpr std::size_t kMostPointerBytes = 4 * 1024;

// The first bytes of a request area; the host writes them while the worker reads.
struct alignas(kAreaAlignment) CallHead {
  std::atomic<bool> cancelled{false};  // nobody waits for the answer any more
};
static_assert(sizeof(CallHead) == kAreaAlignment && std::atomic<bool>::is_always_lock_free);

enum class CallKind : std::uint32_t { request_area = 1, response_area = 2, call = 3 };

struct CallPacket {
  CallKind kind;
  std::uint32_t request_id_size;  // the text follows
  std::uint64_t number;           // of the call
  std::uint64_t bytes;            // of the request's document, or of the area
  std::int64_t deadline;          // CLOCK_MONOTONIC, which is the same in all processes
};

enum class AnswerKind : std::uint32_t {
  answered = 1,        // a document of `bytes` is in the response area
  wrote_nonsense = 2,  // the model says OK, but what it wrote is no document: why
  failed = 3,          // the model says why
  needs_room = 4,      // the document has `bytes`: a larger response area is wanted, then the answer comes
};

struct AnswerPacket {
  AnswerKind kind;
  std::uint32_t code;  // slipway::Code of `failed` and `wrote_nonsense`
  std::uint64_t number;
  std::uint64_t bytes;
  std::uint32_t message_size;  // the two texts follow
  std::uint32_t pointer_size;
};

// Where in an area, behind its head if it has one, a document of `bytes` begins.
constexpr std::size_t document_offset(std::size_t head, std::size_t bytes) {
  return head + (kAreaAlignment - bytes % kAreaAlignment) % kAreaAlignment;
}
// How large an area must be for it.
constexpr std::size_t area_for(std::size_t head, std::size_t bytes) {
  return document_offset(head, bytes) + bytes;
}

}  // namespace slipway::worker
