// The end of a server: nothing that was accepted is lost.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "client.hpp"

using namespace slipway;
using namespace slipway::http;
using namespace slipway::http::test;

namespace {

Nanoseconds in_a_while() {
  return monotonic_now() + 60 * kSecond;
}

ServerOptions quick(unsigned threads = 1, Nanoseconds idle_grace = 200 * kMillisecond) {
  ServerOptions options;
  options.threads = threads;
  options.drain_idle_grace = idle_grace;
  return options;
}

struct Held final : Deferred {
  void finish(Exchange& exchange) noexcept override { exchange.response().body().append("held"); }
  void expire(Exchange&) noexcept override {}
  void abandon() noexcept override { abandoned = true; }
  std::atomic<bool> abandoned{false};
};

template <class Condition>
void wait_until(const Condition& condition) {
  while (!condition()) std::this_thread::yield();
}

}  // namespace

TEST_CASE("an idle server ends, and refuses connections from then on") {
  TestServer server([](Exchange&) {}, quick());
  const std::uint16_t port = server.port();
  server.server().stop_accepting_and_drain(in_a_while());
  server.server().join();
  server.server().join();
  CHECK_FALSE(Client(port).connected());
}

TEST_CASE("idle connections end in order, and a last request on its way is answered") {
  TestServer server([](Exchange& exchange) { echo(exchange); }, quick(1, 2 * kSecond));
  Client silent(server.port());
  Client used(server.port());
  CHECK(used.ask(get("/a")).body == "/a|");
  Client late(server.port());
  CHECK(late.ask(get("/b")).header("Connection") == "");
  server.server().stop_accepting_and_drain(in_a_while());
  const Reply reply = late.ask(get("/c"));
  CHECK(reply.body == "/c|");
  CHECK(reply.header("Connection") == "close");
  CHECK(late.at_end());
  CHECK(silent.at_end());
  CHECK(used.at_end());
  late.close();
  silent.close();
  used.close();
  server.server().join();
}

TEST_CASE("requests in progress are finished, pipelined ones included") {
  const auto held = std::make_shared<Held>();
  std::atomic<bool> deferred{false};
  TestServer server(
      [&](Exchange& exchange) {
        if (exchange.request().path() != "/held") return echo(exchange);
        exchange.defer(held, in_a_while());
        deferred = true;
      },
      quick());
  Client client(server.port());
  client.send(get("/held") + get("/2") + get("/3"));
  wait_until([&] { return deferred.load(); });
  Client half(server.port());
  half.send("POST /half HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab");
  CHECK(Client(server.port()).ask(get("/")).status == 200);  // by now the half request is being received
  server.server().stop_accepting_and_drain(in_a_while());
  held->complete();
  CHECK(client.read().body == "held");
  CHECK(client.read().header("Connection") == "");
  const Reply last = client.read();
  CHECK(last.body == "/3|");
  CHECK(last.header("Connection") == "close");
  CHECK(client.at_end());
  const Reply whole = half.ask("cd");
  CHECK(whole.body == "/half|abcd");
  CHECK(whole.header("Connection") == "close");
  client.close();
  half.close();
  server.server().join();
}

TEST_CASE("connections that wait to be accepted are served") {
  std::mutex gate;
  std::atomic<bool> blocked{false};
  TestServer server(
      [&](Exchange& exchange) {
        if (exchange.request().path() == "/block") {
          blocked = true;
          const std::lock_guard wait(gate);
        }
        echo(exchange);
      },
      quick());
  gate.lock();
  Client first(server.port());
  first.send(get("/block"));
  wait_until([&] { return blocked.load(); });
  std::vector<Client> queued;
  for (int i = 0; i < 200; ++i) {
    queued.emplace_back(server.port());
    queued.back().send(get("/" + std::to_string(i)));
  }
  server.server().stop_accepting_and_drain(in_a_while());
  gate.unlock();
  CHECK(first.read().body == "/block|");
  int right = 0;
  for (int i = 0; i < 200; ++i)
    right += queued[static_cast<std::size_t>(i)].read().body == "/" + std::to_string(i) + "|";
  CHECK(right == 200);
  queued.clear();
  first.close();
  server.server().join();
}

TEST_CASE("draining under load loses nothing") {
  for (int round = 0; round < 5; ++round) {
    // Nothing is idle for long: each client asks until it is told to close.
    TestServer server([](Exchange& exchange) { echo(exchange); }, quick(2, 60 * kSecond));
    std::atomic<int> answered{0}, lost{0};
    std::vector<std::thread> clients;
    for (int c = 0; c < 16; ++c) {
      clients.emplace_back([&, c] {
        while (true) {
          Client client(server.port());
          if (!client.connected()) return;
          // Some keep their connections, some open one for each request.
          for (bool last = c % 2 == 0;; last = c % 2 == 0) {
            const Reply reply = client.ask(get("/x", last ? "Connection: close\r\n" : ""));
            if (reply.body != "/x|") {
              ++lost;
              return;
            }
            ++answered;
            if (reply.header("Connection") == "close") break;
          }
        }
      });
    }
    wait_until([&] { return answered > 1000; });
    server.server().stop_accepting_and_drain(in_a_while());
    for (std::thread& client : clients) client.join();
    server.server().join();
    CHECK(lost == 0);
    CHECK(server.server().stats().requests == static_cast<std::uint64_t>(answered));
    CHECK(server.server().stats().connections_open == 0);
  }
}

TEST_CASE("the deadline ends what does not end by itself") {
  const auto held = std::make_shared<Held>();
  std::atomic<bool> deferred{false};
  TestServer server(
      [&](Exchange& exchange) {
        exchange.defer(held, in_a_while());
        deferred = true;
      },
      quick());
  Client client(server.port());
  client.send(get("/"));
  wait_until([&] { return deferred.load(); });
  Client slow(server.port());
  slow.send("GET / HT");
  server.server().stop_accepting_and_drain(in_a_while());
  server.server().stop_accepting_and_drain(monotonic_now() + 10 * kMillisecond);
  server.server().join();
  CHECK(held->abandoned);
  CHECK(client.read().status == 0);
  CHECK(slow.read().status == 0);
}

TEST_CASE("a server that hands over leaves its sockets and what waits in them to the next") {
  for (const unsigned threads : {1u, 3u}) {
    ServerOptions no_grace;  // for an idle connection where nobody goes on
    no_grace.drain_idle_grace = 0;
    TestServer first([](Exchange& exchange) { echo(exchange); }, no_grace);
    const std::uint16_t port = first.port();
    Client kept(port), idle(port);
    CHECK(kept.ask(get("/a")).body == "/a|");
    CHECK(idle.ask(get("/a")).body == "/a|");
    Result<std::vector<ListenGroup>> groups = first.server().duplicate_groups();
    REQUIRE(groups);
    first.server().hand_over_and_drain(in_a_while());
    CHECK(first.server().duplicate_groups()->front().sockets.empty());
    Reply last;
    do {
      last = kept.ask(get("/b"));
      REQUIRE(last.body == "/b|");
    } while (last.header("Connection") != "close");
    std::vector<std::unique_ptr<Client>> waiting;
    for (int i = 0; i < 20; ++i) waiting.push_back(std::make_unique<Client>(port));
    for (const auto& client : waiting) client->send(get("/w"));
    last = idle.ask(get("/b"));
    CHECK(last.body == "/b|");
    CHECK(last.header("Connection") == "close");
    first.server().join();

    struct Echo final : Handler {
      void handle(Exchange& exchange) noexcept override { echo(exchange); }
    } handler;
    ServerOptions options = quick(threads);
    options.listen.clear();
    Result<std::unique_ptr<Server>> second = Server::start(options, handler, std::move(*groups));
    REQUIRE(second);
    CHECK((*second)->port() == port);
    for (const auto& client : waiting) CHECK(client->read().body == "/w|");
    for (int i = 0; i < 8; ++i) CHECK(Client(port).ask(get("/n")).body == "/n|");
  }
}
