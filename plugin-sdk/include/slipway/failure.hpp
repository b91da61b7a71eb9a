// What a model throws to say more than "it failed". The wrapper in slipway/model.hpp turns each into a status
// of the C ABI; any other exception becomes SLW_FAILED (500) with its what() as the reason.
#pragma once

#include <slipway/plugin.h>

#include <exception>
#include <string>
#include <utility>

namespace slipway {

// The base of those below: a status and a sentence for a person.
class Failure : public std::exception {
 public:
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& message() const noexcept { return message_; }
  slw_status status() const noexcept { return status_; }

 protected:
  Failure(slw_status status, std::string message) : message_(std::move(message)), status_(status) {}

 private:
  std::string message_;
  slw_status status_;
};

// The request is well-formed but makes no sense to the model: the caller gets 422 with this sentence and the
// JSON pointer of the value at fault ("/weights/email"; empty: the whole request). Keep personal data out of
// the sentence.
class InvalidArgument : public Failure {
 public:
  InvalidArgument(std::string pointer, std::string message)
      : Failure(SLW_INVALID_ARGUMENT, std::move(message)), pointer_(std::move(pointer)) {}

  const std::string& pointer() const noexcept { return pointer_; }

 private:
  std::string pointer_;
};

// The model's parameters are not what it needs: the manifest or the operator's overrides are at fault, not
// the caller.
class BadParameter : public Failure {
 public:
  explicit BadParameter(std::string message) : Failure(SLW_FAILED, std::move(message)) {}
};

// The model cannot answer now, later perhaps: 503.
class Unavailable : public Failure {
 public:
  explicit Unavailable(std::string message) : Failure(SLW_UNAVAILABLE, std::move(message)) {}
};

// Nobody waits for the answer any more; what Context::throw_if_cancelled throws.
class Cancelled : public Failure {
 public:
  explicit Cancelled(bool deadline_passed)
      : Failure(deadline_passed ? SLW_DEADLINE_EXCEEDED : SLW_CANCELLED,
                deadline_passed ? "the deadline passed before the model had an answer"
                                : "the caller no longer waits for the answer") {}
};

}  // namespace slipway
