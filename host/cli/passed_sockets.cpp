#include "cli/passed_sockets.hpp"

#include <string_view>

namespace slipway::cli {
namespace {

constexpr std::string_view kControlName = "control";

// The control socket trusts what the kernel says of its peer, and only Unix sockets have that; on the data
// port it would keep a proxy of another user out.
Status check_kind(const PassedSocket& passed, const http::ListenGroup& group) {
  const bool is_file = group.actual.host.starts_with("unix:");
  if (is_file == (passed.name == kControlName)) return {};
  return Error(
      Code::invalid_argument,
      is_file ? "the passed socket \"" + passed.name +
                    "\" is a Unix socket; the data port is TCP, and a socket " +
                    "for operators has FileDescriptorName=control"
              : "the passed socket \"control\" is a TCP socket; operators are heard on a Unix socket only");
}

}  // namespace

Result<ListeningSockets> sort_sockets(std::vector<PassedSocket> passed) {
  ListeningSockets sorted;
  for (PassedSocket& each : passed) {
    Result<http::ListenGroup> group = http::adopt_socket(std::move(each.socket));
    if (!group) return std::move(group).error().within("\"" + each.name + "\"");
    if (Status kind = check_kind(each, *group); !kind) return std::move(kind).error();
    if (each.name != kControlName) {
      sorted.data.push_back(std::move(*group));
    } else if (sorted.control) {
      return Error(Code::invalid_argument, "two sockets named \"control\" were passed; there can be one");
    } else {
      sorted.control.emplace(std::move(*group));
    }
  }
  return sorted;
}

}  // namespace slipway::cli
