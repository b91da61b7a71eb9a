// Ways of calling one model in this process again and again, and what shows then.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/padded_buffer.hpp"
#include "base/result.hpp"
#include "model/call.hpp"
#include "model/version.hpp"
#include "worker/channel.hpp"

namespace slipway::worker {

// One caller's memory; one thread at a time.
class Caller {
 public:
  explicit Caller(model::ModelVersion& version);

  // The response's JSON text, or status and reason; shortened, with the digest of the whole. Valid until the
  // next call.
  std::string_view ask(std::string_view request);
  // Spent in the model in the last call.
  Nanoseconds took() const { return call_.predict_time; }

 private:
  model::ModelVersion& version_;
  model::Call call_;
  PaddedBuffer body_;
  PaddedBuffer out_;
  std::string answer_;
};

class Experiments {
 public:
  // All outlive it.
  Experiments(Channel& channel, model::ModelVersion& version, std::vector<std::string> requests);

  // Each request once, in order or backwards: what is answered, with the request's number. The first thing to
  // do.
  Status ask_all(bool backwards);
  // The same answers again: at once, and after other requests.
  Status repeat();
  Status measure_latency();
  // The bytes of memory that calls leave behind, once the model is warm.
  Status measure_memory();
  // Global variables of the library that was loaded from `path`.
  Status watch_globals(const std::string& path);
  // Many threads at once.
  Status crowd();

 private:
  Status begin(const std::string& what);
  Status tell(const std::string& what, const std::string& subject, const std::string& text, double value = 0);
  Status compare(const std::string& what, std::size_t request, std::string_view answer);
  std::size_t calls_within(Nanoseconds time, std::size_t most) const;

  Channel& channel_;
  model::ModelVersion& version_;
  const std::vector<std::string> requests_;
  std::size_t used_ = 0;              // of the requests: as many as there is time for
  std::vector<std::string> answers_;  // to those
  Nanoseconds pass_ = 1;              // how long it takes to ask them all
  Caller caller_;
};

}  // namespace slipway::worker
