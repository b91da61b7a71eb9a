// Calls to the threads of a server from outside.
#include <array>
#include <atomic>

#include "client.hpp"

using namespace slipway;
using namespace slipway::http;
using namespace slipway::http::test;

TEST_CASE("a nudge reaches every thread, though it may be idle") {
  std::array<std::atomic<int>, 3> nudged{};
  ServerOptions options;
  options.threads = nudged.size();
  options.on_nudge = [&](unsigned thread) {
    nudged[thread].fetch_add(1);
    nudged[thread].notify_all();
  };
  TestServer server([](Exchange& exchange) { echo(exchange); }, options);
  server.server().nudge();
  for (std::atomic<int>& each : nudged) each.wait(0);
  CHECK(Client(server.port()).ask(get("/a")).body == "/a|");
  server.server().nudge();
  for (std::atomic<int>& each : nudged) each.wait(1);
  for (const std::atomic<int>& each : nudged) CHECK(each.load() == 2);
}

TEST_CASE("a server that is to do nothing when it is nudged does nothing") {
  TestServer server([](Exchange& exchange) { echo(exchange); });
  server.server().nudge();
  CHECK(Client(server.port()).ask(get("/a")).body == "/a|");
}
