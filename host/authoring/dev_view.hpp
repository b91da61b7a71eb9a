// What `slipway dev` shows: a line for each thing that happens, and on a terminal what is going on now.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace slipway::authoring {

class DevView {
 public:
  explicit DevView(bool terminal) : terminal_(terminal) {}
  ~DevView() { clear(); }
  DevView(const DevView&) = delete;
  DevView& operator=(const DevView&) = delete;

  enum class Tone { plain, good, bad, soft };
  void say(Tone tone, std::string_view line);     // with the time before it
  void detail(Tone tone, std::string_view text);  // further lines, indented

  // "building ... 1.3 s", in place; on a terminal only. The next line takes its place.
  void progress(std::string_view what, Nanoseconds for_so_long);

 private:
  void clear();

  const bool terminal_;
  bool showing_ = false;  // a line of progress
};

// What a compiler has said, without the build system's own lines and commands.
std::string compiler_messages(std::string_view output);

// "2.3 s", "41 ms".
std::string seconds_text(Nanoseconds duration);

}  // namespace slipway::authoring
