#include "base/input_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.hpp"

namespace slipway {

Result<std::size_t> InputStream::read_fully(std::span<char> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    Result<std::size_t> got = read(into.subspan(done));
    if (!got) return got;
    if (*got == 0) break;
    done += *got;
  }
  return done;
}

Result<FileInput> FileInput::open(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a FIFO must not hang the program.
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid())
    return Error(errno == ENOENT ? Code::not_found : Code::io,
                 "cannot read " + path.string() + ": " + system_message(errno));
  struct stat info {};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return Error(Code::io, "cannot read " + path.string() + ": it is not a regular file");
  return FileInput(std::move(file), path.string());
}

Result<std::size_t> FileInput::read(std::span<char> into) {
  for (;;) {
    const ssize_t got = ::read(file_.get(), into.data(), into.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return Error(Code::io, "cannot read " + name_ + ": " + system_message(errno));
  }
}

}  // namespace slipway
