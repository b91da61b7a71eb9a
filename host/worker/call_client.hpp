// The host's side of the calls to one worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/packet_socket.hpp"
#include "base/result.hpp"
#include "model/predictor.hpp"
#include "worker/call_packet.hpp"
#include "worker/shared_area.hpp"

namespace slipway::worker {

// One call at a time; which thread makes it is all the same. In a steady state a call allocates nothing.
class CallClient {
 public:
  // How long past its deadline a call may still return by itself: a model that looks at its deadline keeps
  // its worker.
  static constexpr Nanoseconds kGrace = 100 * kMillisecond;
  static constexpr std::size_t kUsualArea = 1u << 20;  // of each side; pages that nobody touches cost nothing
  static constexpr std::size_t kMostKept = 4u << 20;   // a larger one goes back after the call

  // `socket`: the host's end, whose other end only the worker holds.
  static Result<CallClient> create(PacketSocket socket);

  // What became of a call, and so of the worker.
  enum class Fate {
    answered,       // with a response or an error: the worker can be called again
    not_delivered,  // the worker had ended before
    lost,           // it ended during the call
    overdue,        // it does not return: to be killed
    broken,         // it said what no worker says: to be killed
    given_up,       // the host has no memory for the answer: to be killed, but for no fault of its own
  };
  struct Outcome {
    Fate fate;
    Status status;  // of `answered`: what Predictor::predict returns; of `broken` and `given_up`: why
  };
  // As Predictor::predict. Of a call that was not answered nothing is in `response`. The request is copied
  // to where the worker can only read; the response is copied before it is looked at.
  Outcome call(const model::Prediction& prediction, document::Builder& response);

  // To the worker it looks as if the host had ended: it destroys its model and ends.
  void close() { socket_.close(); }

 private:
  CallClient(PacketSocket socket, SharedArea request, SharedArea response)
      : socket_(std::move(socket)), request_(std::move(request)), response_(std::move(response)) {}

  Status hand_over(const SharedArea& area, CallKind kind) const;
  Status replace(SharedArea& area, CallKind kind, std::size_t size);
  Status deliver(const model::Prediction& prediction);
  Outcome wait(const model::Prediction& prediction, document::Builder& response);
  Outcome take(const AnswerPacket& answer, std::string_view texts, const model::Prediction& prediction,
               document::Builder& response);
  void give_large_areas_back();
  std::atomic<bool>& cancelled() { return reinterpret_cast<CallHead*>(request_.data())->cancelled; }

  PacketSocket socket_;
  SharedArea request_;
  SharedArea response_;
  std::uint64_t number_ = 0;
};

}  // namespace slipway::worker
