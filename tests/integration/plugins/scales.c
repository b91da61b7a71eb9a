/* Answers {"value": number} with the number times the parameter `factor` (default 2) and, where the parameter
 * `extra` is a text, with that as a further member. Adds 1000 if it was given the secret "open sesame" as
 * `token`. Fails where the parameter `fails` is true. */
#include "doubler.h"

#include <string.h>

static int knows_the_secret(const slw_value* parameters) {
  const slw_value* secrets = slw_find(parameters, "secrets", 7);
  const slw_value* token = secrets != NULL ? slw_find(secrets, "token", 5) : NULL;
  const slw_string text = token != NULL ? slw_text(token) : (slw_string){"", 0};
  return text.size == 11 && memcmp(text.data, "open sesame", 11) == 0;
}

static slw_status predict(void* model, const slw_call* call) {
  const slw_value* factor = slw_find(call->parameters, "factor", 6);
  const slw_value* extra = slw_find(call->parameters, "extra", 5);
  const slw_value* fails = slw_find(call->parameters, "fails", 5);
  const slw_value* value = slw_find(call->request, "value", 5);
  const slw_string broken = {"no luck today", 13};
  const slw_string nowhere = {"", 0};
  slw_writer* out = call->response;
  (void)model;
  if (fails != NULL && fails->kind == SLW_TRUE) return call->fail(call, SLW_FAILED, broken, nowhere);
  out->fn->begin_object(out);
  out->fn->key(out, "value", 5);
  out->fn->float64(out, (factor != NULL ? slw_number(factor) : 2) * slw_number(value) +
                            (knows_the_secret(call->parameters) ? 1000 : 0));
  if (extra != NULL) {
    const slw_string text = slw_text(extra);
    out->fn->key(out, "extra", 5);
    out->fn->string(out, text.data, text.size);
  }
  return out->fn->end_object(out);
}

SLW_EXPORT const slw_plugin slipway_plugin_v0 = {
    sizeof(slw_plugin), SLW_ABI_MINOR,   SLW_SDK_VERSION, "",  "",
    doubler_create,     doubler_destroy, predict,         NULL};
