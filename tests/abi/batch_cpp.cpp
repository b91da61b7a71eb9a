// The doubler as a class, alone and in batches; refuses what is -1, alone and in a batch.
#include <slipway/model.hpp>

namespace {

class Doubler {
 public:
  explicit Doubler(const slipway::Setup&) {}
  void predict(slipway::Request request, slipway::Response& response) const {
    const double value = request["value"].number();
    if (value == -1) throw slipway::InvalidArgument("/value", "not this one");
    response.object([&](auto& out) { out["value"] = 2 * value; });
  }
  void predict_batch(std::span<slipway::BatchItem> items) const {
    for (slipway::BatchItem& item : items) item.attempt([&] { predict(item.request(), item.response()); });
  }
};

}  // namespace

SLIPWAY_PLUGIN(Doubler)
