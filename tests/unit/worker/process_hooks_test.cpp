#include "worker/process_hooks.hpp"

#include <pthread.h>

#include <catch2/catch.hpp>
#include <csignal>

using slipway::worker::ProcessHooks;

TEST_CASE("nothing is left behind where nothing was done") {
  CHECK(ProcessHooks::now().left_behind(ProcessHooks::now()) == "");
}

TEST_CASE("what is left behind is named") {
  const ProcessHooks before = ProcessHooks::now();
  std::signal(SIGUSR2, [](int) {});
  CHECK(before.left_behind(ProcessHooks::now()) == "a handler of SIGUSR2");
  pthread_key_t key{};
  REQUIRE(pthread_key_create(&key, nullptr) == 0);
  CHECK(before.left_behind(ProcessHooks::now()) ==
        "a handler of SIGUSR2, 1 pthread keys that were not deleted");
  pthread_key_delete(key);
  std::signal(SIGUSR2, SIG_DFL);
  CHECK(before.left_behind(ProcessHooks::now()) == "");
  const std::terminate_handler handler = std::set_terminate([] { std::abort(); });
  CHECK(before.left_behind(ProcessHooks::now()) == "a terminate handler");
  std::set_terminate(handler);
}
