#include "authoring/dev_view.hpp"

#include <cctype>
#include <cstdio>
#include <ctime>
#include <utility>

namespace slipway::authoring {
namespace {

const char* begin_of(DevView::Tone tone) {
  switch (tone) {
    case DevView::Tone::good:
      return "\033[32m";
    case DevView::Tone::bad:
      return "\033[31m";
    case DevView::Tone::soft:
      return "\033[2m";
    case DevView::Tone::plain:
      break;
  }
  return "";
}

std::string_view mark_of(DevView::Tone tone) {
  if (tone == DevView::Tone::good) return "ok    ";
  return tone == DevView::Tone::bad ? "FAIL  " : "      ";
}

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%H:%M:%S", &parts)};
}

// Calls `take` with each line, without its end.
template <class Take>
void for_each_line(std::string_view text, Take&& take) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    take(text.substr(0, end));
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
  }
}

// "[3/7] Building CXX object ...", "[ 50%] Building ...", "ninja: ...", "gmake[1]: ...".
bool is_the_build_systems(std::string_view line) {
  if (line.starts_with("ninja: ") || line.starts_with("gmake") || line.starts_with("make") ||
      line.starts_with("-- "))
    return true;
  return line.size() > 3 && line[0] == '[' &&
         (std::isdigit(static_cast<unsigned char>(line[1])) != 0 || line[1] == ' ');
}

}  // namespace

void DevView::say(Tone tone, std::string_view line) {
  clear();
  const char* const color = terminal_ ? begin_of(tone) : "";
  std::printf("%s  %s%s%.*s%s\n", time_of_day().c_str(), color, std::string(mark_of(tone)).c_str(),
              static_cast<int>(line.size()), line.data(), *color != '\0' ? "\033[0m" : "");
  std::fflush(stdout);
}

void DevView::detail(Tone tone, std::string_view text) {
  clear();
  const char* const color = terminal_ ? begin_of(tone) : "";
  for_each_line(text, [&](std::string_view line) {
    std::printf("                %s%.*s%s\n", color, static_cast<int>(line.size()), line.data(),
                *color != '\0' ? "\033[0m" : "");
  });
  std::fflush(stdout);
}

void DevView::progress(std::string_view what, Nanoseconds for_so_long) {
  if (!terminal_) return;
  std::printf("\r\033[K\033[2m%s        %.*s ... %s\033[0m", time_of_day().c_str(),
              static_cast<int>(what.size()), what.data(), seconds_text(for_so_long).c_str());
  std::fflush(stdout);
  showing_ = true;
}

void DevView::clear() {
  if (showing_) std::fputs("\r\033[K", stdout);
  showing_ = false;
}

std::string compiler_messages(std::string_view output) {
  constexpr int kMostLines = 60;
  std::string kept;
  int lines = 0;
  bool command_follows = false;
  for_each_line(output, [&](std::string_view line) {
    if (std::exchange(command_follows, line.starts_with("FAILED: ")) || command_follows) return;
    if (line.empty() || is_the_build_systems(line)) return;
    if (++lines <= kMostLines) kept.append(line).push_back('\n');
  });
  if (lines > kMostLines) kept += "... and " + std::to_string(lines - kMostLines) + " more lines\n";
  return kept;
}

std::string seconds_text(Nanoseconds duration) {
  char text[32];
  if (duration < kSecond)
    std::snprintf(text, sizeof text, "%lld ms",
                  static_cast<long long>((duration + kMillisecond / 2) / kMillisecond));
  else
    std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(duration) / static_cast<double>(kSecond));
  return text;
}

}  // namespace slipway::authoring
