// Errors are values: a code for programs, a message for a person, and, where it applies, the JSON pointer of
// the value at fault. Nothing in this project throws across a function that returns one of these.
#pragma once

#include <cassert>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace slipway {

enum class Code {
  invalid_argument,     // the input is wrong; the message says where and how to mend it
  not_found,            // a file, model or version that does not exist
  already_exists,       // a name that is taken
  limit_exceeded,       // a configured bound (size, depth, count) was passed
  unsupported,          // well-formed, but not something this build can do
  failed_precondition,  // the right request in the wrong state
  unavailable,          // try again later
  deadline_exceeded,    // time ran out
  cancelled,            // nobody waits for the answer any more
  io,                   // the operating system said no
  internal,             // a defect in Slipway or in a model
};

struct Error {
  Code code = Code::internal;
  std::string message;
  std::string pointer;  // RFC 6901, of the offending value; empty where it does not apply or is the root

  Error(Code c, std::string m, std::string p = {}) : code(c), message(std::move(m)), pointer(std::move(p)) {}

  // The same error with words in front that say what was being done.
  Error&& within(std::string_view context) && {
    message.insert(0, ": ").insert(0, context);
    return std::move(*this);
  }
};

// Success or an error. Success costs one null pointer. Movable, not copyable; not thread-safe.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::make_unique<Error>(std::move(error))) {}
  Status(Code code, std::string message, std::string pointer = {})
      : Status(Error(code, std::move(message), std::move(pointer))) {}

  bool ok() const { return error_ == nullptr; }
  explicit operator bool() const { return ok(); }

  const Error& error() const& {
    assert(!ok());
    return *error_;
  }
  Error&& error() && {
    assert(!ok());
    return std::move(*error_);
  }

 private:
  std::unique_ptr<Error> error_;
};

// A value or an error. `error()` may be called only when `ok()` is false, and the value read only when it is
// true.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }

  const Error& error() const& { return *std::get_if<1>(&state_); }
  Error&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace slipway
