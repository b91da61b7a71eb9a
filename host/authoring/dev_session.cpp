#include "authoring/dev_session.hpp"

#include <poll.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "base/signal_name.hpp"
#include "document/json_reader.hpp"

namespace slipway::authoring {
namespace {

using Tone = DevView::Tone;

// Editors write a file in several steps, and tools several files.
constexpr Nanoseconds kSettle = 40 * kMillisecond;
constexpr Nanoseconds kTick = 100 * kMillisecond;  // between two looks of the line of progress

Result<UniqueFd> ending_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  UniqueFd file(::signalfd(-1, &signals, SFD_CLOEXEC));
  if (!file.valid()) return Error(Code::io, "cannot wait for signals: " + system_message(errno));
  return file;
}

// A line of the host's log, whose members are told by name.
class LogLine {
 public:
  explicit LogLine(std::string_view text) : read_(document::read_json(text, document_).ok()) {
    read_ = read_ && document_.root().is_object();
  }
  bool read() const { return read_; }
  std::string text(std::string_view key) const {
    const slw_value* const found = document_.root().find(key);
    return found == nullptr ? std::string() : std::string(document::Value(found).text());
  }
  double number(std::string_view key) const {
    const slw_value* const found = document_.root().find(key);
    return found == nullptr || !document::Value(found).is_number() ? 0 : document::Value(found).number();
  }

 private:
  document::Document document_;
  bool read_;
};

}  // namespace

DevSession::DevSession(Project project, DevOptions options, DevView& view)
    : project_(std::move(project)),
      options_(std::move(options)),
      view_(view),
      own_folder_(project_.folder() / "build" / "slipway-dev") {}

Status DevSession::run() {
  Result<SourceWatch> watch = SourceWatch::start(project_.folder());
  if (!watch) return std::move(watch).error();
  watch_.emplace(std::move(*watch));
  const Result<UniqueFd> signals = ending_signals();
  if (!signals) return signals.error();
  if (Status started = start_host(); !started) return started;
  while (wait_for_something(signals->get()) == 0) {
    hear_change();
    if (build_) hear_build();
    if (Status heard = hear_host(); !heard) return heard;
    if (listens_ && !build_ && saved_ != 0 && monotonic_now() - saved_ >= kSettle) begin_build();
    if (build_) view_.progress("building", monotonic_now() - build_began_);
  }
  view_.say(Tone::soft, "stopping");
  build_.reset();
  host_->terminate();
  host_->wait();
  return {};
}

Status DevSession::start_host() {
  std::error_code failed;
  std::filesystem::create_directories(own_folder_ / "models", failed);
  if (failed) return {Code::io, "cannot make " + own_folder_.string() + ": " + failed.message()};
  // What is there from another time is not what the sources are now.
  std::filesystem::remove_all(staged_folder(), failed);
  const std::filesystem::path config = own_folder_ / "slipway.yaml";
  std::ofstream(config) << "folder: {settle: 5ms, grace: 1ms, gives_way: false}\n";
  Result<Program> host =
      Program::start({options_.program.string(), "serve", "--models", (own_folder_ / "models").string(),
                      "--config", config.string(), "--cache", (own_folder_ / "cache").string(), "--listen",
                      options_.listen, "--log-format", "json", "--log-requests", "all"},
                     project_.folder());
  if (!host) return std::move(host).error();
  host_.emplace(std::move(*host));
  saved_ = monotonic_now();  // everything is to be built, or looked at
  changed_.clear();
  return {};
}

// 0: something has happened; else the signal that asks for the end.
int DevSession::wait_for_something(int signals) {
  pollfd events[] = {{signals, POLLIN, 0},
                     {watch_->descriptor(), POLLIN, 0},
                     {host_->output(), POLLIN, 0},
                     {build_ ? build_->output() : -1, POLLIN, 0}};
  Nanoseconds until = 3600 * kSecond;
  if (build_) until = kTick;
  if (saved_ != 0 && !build_)
    until = std::max<Nanoseconds>(kMillisecond, kSettle - (monotonic_now() - saved_));
  if (::poll(events, std::size(events), static_cast<int>((until + kMillisecond - 1) / kMillisecond)) <= 0)
    return 0;
  if (events[0].revents == 0) return 0;
  signalfd_siginfo info{};
  return ::read(signals, &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

void DevSession::hear_change() {
  std::optional<std::string> changed = watch_->take();
  if (!changed) return;
  saved_ = monotonic_now();
  changed_ = std::move(*changed);
}

void DevSession::begin_build() {
  if (!changed_.empty()) view_.say(Tone::soft, changed_ + " has changed");
  building_.saved = std::exchange(saved_, 0);
  build_began_ = monotonic_now();
  build_said_.clear();
  commands_ = project_.build_commands(options_.prefix);
  begin_next_command();
}

void DevSession::begin_next_command() {
  Result<Program> build = Program::start(commands_.front(), project_.folder());
  commands_.erase(commands_.begin());
  if (build) {
    build_.emplace(std::move(*build));
    return;
  }
  build_said_ += build.error().message + "\n";
  end_build(false);
}

void DevSession::hear_build() {
  if (build_->read(build_said_)) return;
  const bool succeeded = build_->wait() == 0;
  build_.reset();
  if (succeeded && !commands_.empty()) return begin_next_command();
  end_build(succeeded);
}

void DevSession::end_build(bool succeeded) {
  building_.build = monotonic_now() - build_began_;
  const std::string messages = compiler_messages(build_said_);
  if (!succeeded) {
    view_.say(Tone::bad, "it does not build (" + seconds_text(building_.build) + ")" +
                             (serves_ ? "; the version before goes on answering" : ""));
    view_.detail(Tone::plain, messages);
    return;
  }
  if (messages.find("warning:") != messages.npos) view_.detail(Tone::plain, messages);
  staged_ = building_;
  const Result<bool> changed = stage(project_, staged_folder());
  if (!changed)
    view_.say(Tone::bad, changed.error().message);
  else if (!*changed)
    view_.say(Tone::soft,
              "built in " + seconds_text(building_.build) + "; nothing that is served has changed");
}

Status DevSession::hear_host() {
  const bool open = host_->read(host_said_);
  for (std::size_t end; (end = host_said_.find('\n')) != host_said_.npos; host_said_.erase(0, end + 1))
    hear_host_line(std::string_view(host_said_).substr(0, end));
  if (open) return {};
  const int status = host_->wait();
  host_.reset();
  if (!listens_) return {Code::unavailable, "the host cannot serve; --listen chooses another address"};
  view_.say(Tone::bad,
            "the host has ended " +
                (status > 128 ? "by " + signal_name(status - 128) : "with status " + std::to_string(status)) +
                ": most likely a request has crashed the model");
  view_.detail(Tone::plain, "`slipway test` finds such requests; the host starts again");
  listens_ = serves_ = false;
  return start_host();
}

// The author's own files, not the copies that the host reads.
std::string DevSession::by_source(std::string text) const {
  const std::string staged = staged_folder().string() + "/";
  for (std::size_t at = 0; (at = text.find(staged, at)) != text.npos;) text.erase(at, staged.size());
  return text;
}

void DevSession::hear_host_line(std::string_view text) {
  const LogLine line(text);
  if (!line.read())
    return view_.detail(Tone::plain, text);  // not the log: the model's own output, most likely
  const std::string message = line.text("message"), level = line.text("level");
  if (message == "listening") {
    listens_ = true;
    view_.say(Tone::plain, line.text("url") + "/docs to read the API and try it; Ctrl-C ends");
  } else if (message == "model loaded") {
    cases_ = static_cast<int>(line.number("golden_cases"));
  } else if (message == "label moved") {
    serves_ = true;
    view_.say(Tone::good, line.text("model") + " " + line.text("to") + " serves, " +
                              seconds_text(monotonic_now() - staged_.saved) + " after the save (" +
                              seconds_text(staged_.build) + " of it the build); " + std::to_string(cases_) +
                              " golden cases passed");
    view_.detail(Tone::soft, "POST http://" + options_.listen + "/models/" + line.text("model") + "/predict");
  } else if (message == "a bundle is as it is served") {
    view_.say(Tone::good, "as it is served already");
  } else if (message == "version state") {
    // What comes of it is told by the next line.
  } else if (message.starts_with("a bundle is not served")) {
    const bool before = message.ends_with("still is");
    view_.say(Tone::bad, before ? "refused; the version before goes on answering" : "refused");
    view_.detail(Tone::plain, by_source(line.text("why")));
  } else if (!line.text("request_id").empty() && line.number("status") != 0) {
    view_.say(Tone::soft, std::to_string(static_cast<int>(line.number("status"))) + " " + line.text("path") +
                              " " + line.text("outcome") + ", " +
                              seconds_text(static_cast<Nanoseconds>(line.number("ms") *
                                                                    static_cast<double>(kMillisecond))));
    if (message != "request") view_.detail(Tone::plain, message);
  } else if (level == "warning" || level == "error" || !line.text("request_id").empty()) {
    const std::string why = line.text("why");
    view_.say(level == "error" ? Tone::bad : Tone::plain, message);
    if (!why.empty()) view_.detail(Tone::plain, why);
  }
}

}  // namespace slipway::authoring
