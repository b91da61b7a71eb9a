// The two kinds of coroutine that a session is written in.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>

namespace slipway::http {

// Memory for coroutine frames, used again per thread: a step of a session costs no allocation in a steady
// state.
void* take_frame(std::size_t size);
void give_frame(void* frame, std::size_t size) noexcept;

// A part of a session's work: `co_await step()`. Runs in place and only then waits if it must, so that a long
// row of steps that need not wait does not grow the stack. True: the session goes on. Exceptions come out of
// the co_await.
class [[nodiscard]] Step {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  struct Resume {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(Handle handle) const noexcept;
    void await_resume() const noexcept {}
  };

  struct promise_type {
    std::coroutine_handle<> parent;
    std::exception_ptr error;
    bool goes_on = false;

    Step get_return_object() { return Step(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    Resume final_suspend() const noexcept { return {}; }
    void return_value(bool value) noexcept { goes_on = value; }
    void unhandled_exception() noexcept { error = std::current_exception(); }
    static void* operator new(std::size_t size) { return take_frame(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { give_frame(frame, size); }
  };

  Step(Step&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Step& operator=(Step&&) = delete;
  ~Step() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const {
    handle_.resume();
    return handle_.done();
  }
  void await_suspend(std::coroutine_handle<> parent) const noexcept { handle_.promise().parent = parent; }
  bool await_resume() const {
    if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
    return handle_.promise().goes_on;
  }

 private:
  explicit Step(Handle handle) : handle_(handle) {}
  Handle handle_;
};

inline std::coroutine_handle<> Step::Resume::await_suspend(Handle handle) const noexcept {
  const std::coroutine_handle<> parent = handle.promise().parent;
  return parent ? parent : std::noop_coroutine();
}

// A session's life: starts at once, frees itself at its end. Its body lets no exception out.
struct Life {
  struct promise_type {
    Life get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
    static void* operator new(std::size_t size) { return take_frame(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { give_frame(frame, size); }
  };
};

}  // namespace slipway::http
