/* The plugin ABI: all that a model and the Slipway host know of each other.
 *
 * A plugin is a shared library with ONE exported symbol, the constant table `slipway_plugin_v0`. The host
 * reads the table, refuses what it cannot serve, and only then calls anything. C++ authors want
 * <slipway/model.hpp> instead.
 *
 * Rules that hold everywhere below:
 *  - Tables start with their own `size` in bytes and are only ever appended to. Ask SLW_HAS before using a
 * field that came after minor version 0.
 *  - Nobody frees what the other side allocated. Each pointer says how long it lives.
 *  - No exception, signal or longjmp may leave a function of a plugin.
 *  - Thread tags: [control] one at a time per model, never while a [predict] of that model runs; [predict]
 * many threads at once (one at a time where the manifest says `threads: single`); [any] from any thread, at
 * any time.
 *  - Text is UTF-8 and need not be NUL-terminated unless it is a `const char*`.
 */
#ifndef SLIPWAY_PLUGIN_H
#define SLIPWAY_PLUGIN_H

#include "value.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SLW_ABI_MAJOR 0
#define SLW_ABI_MINOR 1
#define SLW_SDK_VERSION "0.1.0"

/* Whether the other side's table is new enough to have `field`. */
#define SLW_HAS(table, field) \
  ((table)->size >= offsetof(__typeof__(*(table)), field) + sizeof((table)->field))

typedef int32_t slw_status;
enum {
  SLW_OK = 0,
  SLW_INVALID_ARGUMENT =
      1,          /* well-formed, but makes no sense to the model: the caller gets 422 with your pointer */
  SLW_FAILED = 2, /* the model is at fault: 500 */
  SLW_DEADLINE_EXCEEDED = 3, /* you looked at the deadline and gave up: 504 */
  SLW_CANCELLED = 4,         /* you asked `cancelled` and stopped: nobody waits for an answer */
  SLW_UNAVAILABLE = 5        /* cannot answer now, later perhaps: 503 */
};

/* ---- what the host offers
 * ---------------------------------------------------------------------------------------- */

enum { SLW_LOG_DEBUG = 0, SLW_LOG_INFO = 1, SLW_LOG_WARNING = 2, SLW_LOG_ERROR = 3 };
enum { SLW_METRIC_COUNTER = 0, SLW_METRIC_GAUGE = 1, SLW_METRIC_HISTOGRAM = 2 };

typedef struct slw_call slw_call;
typedef struct slw_host slw_host;

struct slw_host { /* lives until `destroy` has returned */
  uint32_t size;
  uint32_t abi_minor;
  /* One line to the host's log. `call` adds the request's ID; NULL outside predict.  [any] */
  void (*log)(const slw_host* host, const slw_call* call, int32_t level, slw_string message);
  /* A metric by name ([a-z_][a-z0-9_]*, the host adds a prefix and the model's labels); the same name gives
   * the same handle. 0 when the name is no good or there are too many: recording to 0 does nothing. [control]
   */
  uint32_t (*metric)(const slw_host* host, int32_t kind, slw_string name, slw_string help);
  /* Adds to a counter, sets a gauge, observes in a histogram.  [any] */
  void (*record)(const slw_host* host, uint32_t metric, double value);
  /* CLOCK_MONOTONIC in nanoseconds, the clock of `deadline_ns`.  [any] */
  int64_t (*now_ns)(const slw_host* host);
  /* A table named by its ID (see slipway/ext/), or NULL: this host does not have it.  [any] */
  const void* (*get_extension)(const slw_host* host, const char* id);
};

/* Where a response is written. Values come in the order of the JSON text they will be: begin_object, key,
 * value, key, value, end_object. What is written is copied before the function returns. A misuse, a NaN, an
 * infinity or bad UTF-8 is answered with SLW_FAILED, and from then on everything is: the prediction has
 * failed, and predict may stop. One prediction's thread at a time.  [predict] */
typedef struct slw_writer slw_writer;

typedef struct slw_writer_table {
  uint32_t size;
  uint32_t reserved;
  slw_status (*null_value)(slw_writer* out);
  slw_status (*boolean)(slw_writer* out, int32_t value);
  slw_status (*int64)(slw_writer* out, int64_t value);
  slw_status (*uint64)(slw_writer* out, uint64_t value);
  slw_status (*float64)(slw_writer* out, double value);
  slw_status (*string)(slw_writer* out, const char* text, size_t size);
  slw_status (*begin_object)(slw_writer* out);
  slw_status (*key)(slw_writer* out, const char* text, size_t size);
  slw_status (*end_object)(slw_writer* out);
  slw_status (*begin_array)(slw_writer* out);
  slw_status (*end_array)(slw_writer* out);
  /* A whole array of numbers: `shape[0] * ... * shape[rank - 1]` elements of enum slw_type at `data`,
   * row-major; nested arrays in JSON. `rank` is 1 to SLW_MAX_RANK. */
  slw_status (*tensor)(slw_writer* out, uint32_t type, uint32_t rank, const uint64_t* shape,
                       const void* data);
} slw_writer_table;

struct slw_writer {
  const slw_writer_table* fn;
};

/* ---- what the host hands to a plugin
 * ------------------------------------------------------------------------------ */

typedef struct slw_setup slw_setup;
struct slw_setup { /* lives until `create` has returned; `host` and `parameters` until `destroy` has */
  uint32_t size;
  uint32_t reserved;
  const slw_host* host;
  slw_string name;             /* of the model, from its manifest */
  slw_string version;          /* likewise */
  slw_string directory;        /* the bundle, read-only; weights are below it, in data/ */
  const slw_value* parameters; /* the manifest's `parameters` with the operator's overrides; an object */
  /* Says why `create` fails; the text is copied. Returns `status`.  [control] */
  slw_status (*fail)(const slw_setup* setup, slw_status status, slw_string message);
};

struct slw_call { /* all of it lives until `predict` has returned */
  uint32_t size;
  uint32_t reserved;
  const slw_value* request;    /* satisfies the request schema */
  const slw_value* parameters; /* the same as in slw_setup */
  slw_writer* response;        /* one value; thrown away unless predict returns SLW_OK */
  int64_t deadline_ns;         /* CLOCK_MONOTONIC; INT64_MAX: none */
  slw_string request_id;
  /* Not 0 once nobody waits for the answer (deadline passed, caller gone). Cheap.  [any] */
  int32_t (*cancelled)(const slw_call* call);
  /* Says why predict fails: a sentence and, for SLW_INVALID_ARGUMENT, the JSON pointer of the value at fault
   * (empty: the whole request). Both are copied. Returns `status`.  [predict] */
  slw_status (*fail)(const slw_call* call, slw_status status, slw_string message, slw_string pointer);
};

/* ---- what a plugin offers
 * ----------------------------------------------------------------------------------------- */

typedef struct slw_plugin {
  uint32_t size;           /* sizeof(slw_plugin) */
  uint32_t abi_minor;      /* SLW_ABI_MINOR */
  const char* sdk_version; /* SLW_SDK_VERSION */
  const char* name;        /* the model and version it was built as; must be the manifest's. "": not stated */
  const char* version;
  /* Makes a model. May be slow. `*model` is yours and comes back in every call. On failure nothing is
   * destroyed: undo what was done and return a status, best through setup->fail.  [control] */
  slw_status (*create)(const slw_setup* setup, void** model);
  /* After the last predict. Join your threads and give everything back: the code is unmapped next.  [control]
   */
  void (*destroy)(void* model);
  /* Answers one request. Must not change the model unless you synchronise it yourself.  [predict] */
  slw_status (*predict)(void* model, const slw_call* call);
  /* A table named by its ID, or NULL. The member itself may be NULL: no extensions.  [control] */
  const void* (*get_extension)(const char* id);
} slw_plugin;

#define SLW_PLUGIN_SYMBOL "slipway_plugin_v0"
#define SLW_EXPORT __attribute__((visibility("default")))

/* Define this one in your plugin:  SLW_EXPORT const slw_plugin slipway_plugin_v0 = { sizeof(slw_plugin), ...
 * }; */
extern SLW_EXPORT const slw_plugin slipway_plugin_v0;

#ifdef __cplusplus
}
#endif
#endif /* SLIPWAY_PLUGIN_H */
