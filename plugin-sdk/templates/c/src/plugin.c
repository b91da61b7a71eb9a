/* The mean of some numbers, on the ABI itself: <slipway/plugin.h> says what each function may expect. */
#include <slipway/plugin.h>
#include <stdlib.h>

/* What is loaded once: weights, tables. Nothing in it may change once `create` has returned, unless you synchronise it yourself: many
 * threads call predict. No globals: a version may be made twice in one process. */
struct model {
  double scale;
};

static slw_status create(const slw_setup* setup, void** made) {
  const slw_value* scale = slw_find(setup->parameters, "scale", 5);
  struct model* model = malloc(sizeof *model);
  if (model == NULL) {
    const slw_string why = {"out of memory", 13};
    return setup->fail(setup, SLW_UNAVAILABLE, why);
  }
  model->scale = scale != NULL && slw_is_number(scale) ? slw_number(scale) : 1;
  *made = model;
  return SLW_OK;
}

static void destroy(void* model) {
  free(model);
}

static slw_status fail(const slw_call* call, const char* message, size_t size) {
  const slw_string text = {message, size}, pointer = {"/values", 7};
  return call->fail(call, SLW_INVALID_ARGUMENT, text, pointer);
}

static slw_status predict(void* made, const slw_call* call) {
  const struct model* model = made;
  /* The host has checked the request against schemas/request.yaml: there are values, and they are numbers. */
  const slw_value* values = slw_find(call->request, "values", 6);
  slw_writer* out = call->response;
  double sum = 0;
  uint32_t i, length;
  if (values == NULL || slw_length(values) == 0) return fail(call, "there are no values", 19);
  length = slw_length(values);
  for (i = 0; i < length; ++i) {
    slw_value scratch; /* an array of numbers is packed: an element is made when it is asked for */
    sum += slw_number(slw_element(values, i, &scratch));
  }
  out->fn->begin_object(out);
  out->fn->key(out, "mean", 4);
  out->fn->float64(out, model->scale * sum / length);
  return out->fn->end_object(out);
}

SLW_EXPORT const slw_plugin slipway_plugin_v0 = {
    sizeof(slw_plugin), SLW_ABI_MINOR, SLW_SDK_VERSION, SLIPWAY_MODEL_NAME, SLIPWAY_MODEL_VERSION,
    create,             destroy,       predict,         NULL /* no extensions */};
