/* The doubler, each call of which keeps a core for so many microseconds (the parameter `call_us`) however
 * many requests are in it: what a pass over large weights, or starting work elsewhere, costs. */
#include "doubler.h"

#include <slipway/ext/batch.h>
#include <string.h>
#include <time.h>

static long long now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void work(const slw_call* call) {
  const long long end = now_us() + (long long)slw_number(slw_find(call->parameters, "call_us", 7));
  while (now_us() < end) {
  }
}

static slw_status predict(void* model, const slw_call* call) {
  work(call);
  return doubler_predict(model, call);
}

static slw_status predict_batch(void* model, const slw_call* const* calls, size_t count,
                                slw_status* statuses) {
  work(calls[0]);
  for (size_t i = 0; i < count; ++i) statuses[i] = doubler_predict(model, calls[i]);
  return SLW_OK;
}

static const slw_batch kBatch = {sizeof(slw_batch), 0, predict_batch};

static const void* get_extension(const char* id) {
  return strcmp(id, SLW_BATCH) == 0 ? &kBatch : NULL;
}

SLW_EXPORT const slw_plugin slipway_plugin_v0 = {
    sizeof(slw_plugin), SLW_ABI_MINOR,   SLW_SDK_VERSION, "",           "",
    doubler_create,     doubler_destroy, predict,         get_extension};
