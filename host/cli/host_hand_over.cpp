#include "cli/host_hand_over.hpp"

namespace slipway::cli {

Result<Handed> HostHandOver::let_go(Nanoseconds deadline) {
  link_.reloading();
  Handed handed;
  if (Status let_go = source_.let_go(deadline); !let_go) return std::move(let_go).error();
  Result<std::vector<http::ListenGroup>> data = server_.duplicate_groups();
  if (!data) return std::move(data).error();
  handed.data = std::move(*data);
  Result<std::optional<http::ListenGroup>> control = source_.control_socket();
  if (!control) return std::move(control).error();
  if (*control) handed.control.emplace(std::move(**control));
  handed.notify_socket = link_.notify_socket();
  handed.watchdog = link_.watchdog();
  return handed;
}

void HostHandOver::take_back() {
  source_.take_back();
  link_.ready_again();
}

// Health goes on saying that this host is ready: whoever asks on a connection of this process asks about the
// port, which the new one serves.
void HostHandOver::retire(pid_t successor, bool own_manager) {
  source_.retire();
  server_.hand_over_and_drain(monotonic_now() + drain_);
  link_.hand_over(own_manager ? 0 : successor);
}

}  // namespace slipway::cli
