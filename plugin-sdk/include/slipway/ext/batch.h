/* Extension "slipway.batch.v0": several requests predicted together, by models that are faster that way (one
 * pass over the weights for all of them).
 *
 * A plugin offers it by answering this ID from its table's `get_extension`:
 *
 *   static const slw_batch kBatch = {sizeof(slw_batch), 0, predict_batch};
 *   static const void* get_extension(const char* id) {
 *     return strcmp(id, SLW_BATCH) == 0 ? &kBatch : NULL;
 *   }
 *
 * The host uses it where the manifest asks for it (`batching: {size: 32, delay: 2ms}`), and asks for it once,
 * after loading and before `create`. The table and its function live as long as the plugin is loaded.
 * `predict` of slw_plugin stays necessary: it answers whatever the host asks alone.
 */
#ifndef SLIPWAY_EXT_BATCH_H
#define SLIPWAY_EXT_BATCH_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLW_BATCH "slipway.batch.v0"

typedef struct slw_batch {
  uint32_t size; /* sizeof(slw_batch) */
  uint32_t reserved;
  /* Answers `count` requests, 1 to the manifest's `batching.size`.
   *
   * Each item is a call of its own, as `predict` of slw_plugin gets it: its request, its writer, its deadline
   * and `cancelled`, its request ID and its `fail`. Items have nothing to do with each other, come in no
   * particular order, and are answered as if each had been asked alone. They may be written in any order, by
   * this thread only.
   *
   * `statuses[i]` is what `predict` would have returned for `calls[i]`. The host sets each to SLW_FAILED
   * before: an item that is forgotten has failed. An item that is cancelled in between may be given
   * SLW_CANCELLED; the others go on.
   *
   * Return SLW_OK once `statuses` says what became of each. Anything else means that the batch as a whole has
   * failed: `statuses` and what was written are not looked at, each item fails as if it had returned this
   * status, for the reason that was given to its own `fail`, if any. SLW_INVALID_ARGUMENT counts as
   * SLW_FAILED there, since no one request can be at fault for all.
   *
   * `calls`, what it leads to, and `statuses` are the host's and live until this returns. Must not change the
   * model unless you synchronise it yourself.  [predict] */
  slw_status (*predict)(void* model, const slw_call* const* calls, size_t count, slw_status* statuses);
} slw_batch;

#ifdef __cplusplus
}
#endif
#endif /* SLIPWAY_EXT_BATCH_H */
