// Throws what the request's "value" names; the SDK makes a failed prediction of it.
#include <slipway/model.hpp>

#include <new>
#include <stdexcept>

namespace {

class Throws {
 public:
  explicit Throws(const slipway::Setup&) {}

  void predict(slipway::Request request, slipway::Response& response) const {
    const double value = request["value"].number();
    if (value == 1) throw std::runtime_error("the weights do not add up");
    if (value == 2) throw 2;
    if (value == 3) throw std::bad_alloc();
    if (value == 4) throw slipway::InvalidArgument("/value", "four is right out");
    response.object([&](auto& out) { out["value"] = 2 * value; });
  }
};

}  // namespace

SLIPWAY_PLUGIN(Throws)
