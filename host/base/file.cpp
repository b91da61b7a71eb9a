#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/unique_fd.hpp"

namespace slipway {

std::string system_message(int error_number) {
  return std::generic_category().message(error_number);
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  // O_NONBLOCK: opening a FIFO somebody left in a bundle must not hang the host.
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) {
    const int why = errno;
    return Error(why == ENOENT ? Code::not_found : Code::io,
                 "cannot read " + path.string() + ": " + system_message(why));
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return Error(Code::io, "cannot read " + path.string() + ": it is not a regular file");
  if (static_cast<std::size_t>(info.st_size) > limit)
    return Error(Code::limit_exceeded, path.string() + " has " + std::to_string(info.st_size) +
                                           " bytes; at most " + std::to_string(limit) + " are accepted");
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error(Code::io, "cannot read " + path.string() + ": " + system_message(errno));
    if (got == 0) break;  // the file shrank while it was read: what is left is what it holds now
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

Status write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Error(Code::io, "cannot write: " + system_message(errno));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

}  // namespace slipway
