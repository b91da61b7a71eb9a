// Lets an exception out of predict through the C ABI, which no plugin may do; answers a "value" of 0.
#include <stdexcept>

#include "doubler.h"

static slw_status predict(void* model, const slw_call* call) {
  if (slw_number(slw_find(call->request, "value", 5)) != 0) throw std::runtime_error("nobody catches this");
  return doubler_predict(model, call);
}

extern "C" SLW_EXPORT const slw_plugin slipway_plugin_v0 = {
    sizeof(slw_plugin), SLW_ABI_MINOR,   SLW_SDK_VERSION, "",     "",
    doubler_create,     doubler_destroy, predict,         nullptr};
