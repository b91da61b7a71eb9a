#include "serving/served_version.hpp"

namespace slipway::serving {
namespace {

// A model that may be called by one thread at a time has one place.
std::uint32_t places(const model::Manifest& manifest) {
  return manifest.threads == model::Threads::single ? 1 : manifest.limits.concurrency;
}

}  // namespace

ServedVersion::ServedVersion(std::unique_ptr<model::ModelVersion> version)
    : Slot(std::move(version)),
      admission_(places(this->version().manifest()), this->version().manifest().limits.queue),
      execution_(this->version().manifest().execution) {}

void ServedVersion::count(const model::Call& call, Nanoseconds received) {
  counters_.add(static_cast<std::size_t>(call.outcome));
  latency_.observe(monotonic_now() - received);
  if (call.predict_time != 0) predict_latency_.observe(call.predict_time);
}

}  // namespace slipway::serving
