/* The doubler of the fixtures for values that are not negative. A negative one asks for something else: see
 * the names below. */
#include "doubler.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum request {
  CRASH = -1,
  EXIT = -2,
  HANG = -3,               /* deaf to its deadline */
  WAIT = -4,               /* until it is told to stop */
  CLOSE = -5,              /* every descriptor, then answer */
  MANY = -6,               /* 300,000 numbers */
  TELL = -7,               /* a line in the log, and one of each kind of metric */
  ABORT = -8,              /* with words */
  CRASH_UNLESS_FIRST = -9, /* call of this process */
};

static const slw_host* host;
static int calls;

static slw_string text(const char* words) {
  const slw_string string = {words, strlen(words)};
  return string;
}

static slw_status create(const slw_setup* setup, void** model) {
  host = setup->host;
  *model = NULL;
  return SLW_OK;
}

static void crash(void) {
  volatile uintptr_t nowhere = 8; /* volatile: the compiler must not see where it leads */
  *(volatile int*)nowhere = 1;
}

static slw_status write_many(slw_writer* out) {
  static double numbers[300000];
  const uint64_t shape = 300000;
  for (size_t i = 0; i < shape; ++i) numbers[i] = (double)i + 0.5;
  out->fn->begin_object(out);
  out->fn->key(out, "value", 5);
  out->fn->tensor(out, SLW_F64, 1, &shape, numbers);
  return out->fn->end_object(out);
}

static void tell(const slw_call* call) {
  const slw_string help = text("For tests.");
  host->log(host, call, SLW_LOG_WARNING, text("the model has something to say"));
  host->record(host, host->metric(host, SLW_METRIC_COUNTER, text("rows"), help), 3);
  host->record(host, host->metric(host, SLW_METRIC_GAUGE, text("level"), help), 0.25);
  host->record(host, host->metric(host, SLW_METRIC_HISTOGRAM, text("size"), help), 7);
}

static slw_status predict(void* model, const slw_call* call) {
  const int first = calls++ == 0;
  switch ((int)slw_number(slw_find(call->request, "value", 5))) {
    case CRASH:
      crash();
      break;
    case EXIT:
      exit(3);
    case HANG:
      for (;;) pause();
    case WAIT:
      while (!call->cancelled(call)) usleep(1000);
      return SLW_CANCELLED;
    case CLOSE:
      for (int descriptor = 3; descriptor < 256; ++descriptor) close(descriptor);
      break;
    case MANY:
      return write_many(call->response);
    case TELL:
      tell(call);
      break;
    case ABORT: {
      static const char words[] = "the weights are gone\n";
      if (write(STDERR_FILENO, words, sizeof words - 1) > 0) abort();
      break;
    }
    case CRASH_UNLESS_FIRST:
      if (!first) crash();
      break;
    default:
      break;
  }
  return doubler_predict(model, call);
}

SLW_EXPORT const slw_plugin slipway_plugin_v0 = {
    sizeof(slw_plugin), SLW_ABI_MINOR, SLW_SDK_VERSION, "", "", create, doubler_destroy, predict, NULL};
