// Another program, started beside this one: a build, or a host that serves what was built.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway::authoring {

// One thread uses it.
class Program {
 public:
  // As launch(): what it writes to its standard output and error can be read here. It runs in `folder`, in a
  // process group of its own.
  static Result<Program> start(const std::vector<std::string>& arguments,
                               const std::filesystem::path& folder);
  Program(Program&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), output_(std::move(other.output_)) {}
  Program& operator=(Program&&) = delete;
  ~Program();  // kills it, if it runs

  int output() const { return output_.get(); }  // readable when there is something, or when it has ended

  // Adds to `text` what it has written since. False: it has closed its output, most likely at its end.
  bool read(std::string& text);

  // Asks it and its children to end (SIGTERM).
  void terminate() const;

  // Waits for its end. The exit status; 128 and the number of the signal that killed it.
  int wait();

 private:
  Program(pid_t pid, UniqueFd output) : pid_(pid), output_(std::move(output)) {}

  pid_t pid_;
  UniqueFd output_;
};

}  // namespace slipway::authoring
