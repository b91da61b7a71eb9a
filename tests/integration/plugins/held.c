/* The doubler of the fixtures, which first says that it has begun and then waits to be released: it writes a
 * byte to the FIFO `arrived` and reads one from the FIFO `release`, both in the folder that its parameter
 * `gate` names. Deaf to the deadline, as models are that do not look. */
#include "doubler.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int open_end(const slw_call* call, const char* name, int flags) {
  char path[512];
  const slw_value* gate = slw_find(call->parameters, "gate", 4);
  const slw_string folder = slw_text(gate);
  snprintf(path, sizeof path, "%.*s/%s", (int)folder.size, folder.data, name);
  return open(path, flags | O_CLOEXEC);
}

static int move_byte(int end, int writes) {
  char byte = 'x';
  const ssize_t moved = end < 0 ? -1 : (writes ? write(end, &byte, 1) : read(end, &byte, 1));
  if (end >= 0) close(end);
  return moved == 1;
}

static slw_status predict(void* model, const slw_call* call) {
  const slw_string broken = {"the gate is broken", 18};
  const slw_string nowhere = {"", 0};
  if (!move_byte(open_end(call, "arrived", O_WRONLY), 1) ||
      !move_byte(open_end(call, "release", O_RDONLY), 0))
    return call->fail(call, SLW_FAILED, broken, nowhere);
  return doubler_predict(model, call);
}

SLW_EXPORT const slw_plugin slipway_plugin_v0 = {
    sizeof(slw_plugin), SLW_ABI_MINOR,   SLW_SDK_VERSION, "",  "",
    doubler_create,     doubler_destroy, predict,         NULL};
