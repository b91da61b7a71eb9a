// What a session does about clients that are slow, too many, or gone.
#include "http/limits.hpp"

#include <sys/resource.h>

#include <vector>

#include "client.hpp"

using namespace slipway;
using namespace slipway::http;
using namespace slipway::http::test;

namespace {

ServerOptions impatient() {
  ServerOptions options;
  options.limits.header_timeout = options.limits.body_timeout = options.limits.idle_timeout =
      options.limits.write_timeout = options.limits.linger_timeout = 50 * kMillisecond;
  return options;
}

// Until the server's counters say so: what it does at the end of a connection cannot be seen from outside.
template <class Condition>
void wait_until(const Condition& condition) {
  while (!condition()) std::this_thread::yield();
}

}  // namespace

TEST_CASE("an idle connection is closed without a word") {
  TestServer server([](Exchange& exchange) { echo(exchange); }, impatient());
  Client silent(server.port());
  CHECK(silent.at_end());
  Client used(server.port());
  CHECK(used.ask(get("/a")).body == "/a|");
  CHECK(used.at_end());
  CHECK(server.server().stats().timeouts == 0);
}

TEST_CASE("slow headers and slow bodies are answered 408") {
  TestServer server([](Exchange& exchange) { echo(exchange); }, impatient());
  for (const std::string& part :
       {std::string("GET / HT"), std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"),
        std::string("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")}) {
    Client client(server.port());
    const Reply reply = client.ask(part);
    CHECK(reply.status == 408);
    CHECK(client.at_end());
  }
  CHECK(server.server().stats().timeouts == 3);
}

TEST_CASE("bytes that trickle in do not prolong a request's time") {
  TestServer server([](Exchange& exchange) { echo(exchange); }, impatient());
  Client client(server.port());
  client.send("GET / HTTP/1.1\r\n");
  std::thread trickle([&] {
    while (client.send("X: y\r\n")) std::this_thread::yield();
  });
  const int status = client.read().status;
  client.end_sending();
  trickle.join();
  CHECK((status == 408 || status == 431));
}

TEST_CASE("a client that does not read its answer is given up") {
  const std::string big(30'000'000, 'x');
  TestServer server([&](Exchange& exchange) { exchange.response().set_static_body(big); }, impatient());
  Client client(server.port(), 4096);
  client.send(get("/"));
  wait_until([&] { return server.server().stats().disconnects == 1; });
  CHECK(server.server().stats().timeouts == 1);
  wait_until([&] { return server.server().stats().connections_open == 0; });
}

TEST_CASE("connections beyond the limit are told so, and others go on") {
  ServerOptions options;
  options.limits.max_connections = 2;
  TestServer server([](Exchange& exchange) { echo(exchange); }, options);
  Client first(server.port());
  CHECK(first.ask(get("/1")).status == 200);
  {
    Client second(server.port());
    CHECK(second.ask(get("/2")).status == 200);
    for (int i = 0; i < 3; ++i) {
      Client third(server.port());
      third.send(get("/3"));
      const Reply reply = third.read();
      CHECK(reply.status == 503);
      CHECK(reply.header("Retry-After") == "1");
      CHECK(reply.header("Connection") == "close");
      CHECK(third.at_end());
    }
    CHECK(first.ask(get("/1")).status == 200);
  }
  wait_until([&] { return server.server().stats().connections_open == 1; });
  Client again(server.port());
  CHECK(again.ask(get("/4")).status == 200);
  CHECK(server.server().stats().connections_refused == 3);
}

TEST_CASE("running out of descriptors neither spins nor loses who waits") {
  TestServer server([](Exchange& exchange) { echo(exchange); });
  Client first(server.port());
  CHECK(first.ask(get("/1")).status == 200);
  std::vector<Client> waiting;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  std::vector<UniqueFd> fillers;
  waiting.emplace_back(server.port());  // its descriptor on our side, before there are none left
  CHECK(waiting.back().ask(get("/2")).status == 200);
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const rlimit few{64, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  while (true) {
    UniqueFd filler(::dup(0));
    if (!filler.valid()) break;
    fillers.push_back(std::move(filler));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  wait_until([&] { return server.server().stats().accept_failures >= 2; });
  CHECK(first.ask(get("/1")).status == 200);
  const std::uint64_t failures = server.server().stats().accept_failures;
  CHECK(failures < 100);
  fillers.clear();
  const std::string request = get("/late");
  REQUIRE(::send(socket.get(), request.data(), request.size(), 0) > 0);
  char buffer[1000];
  CHECK(::recv(socket.get(), buffer, sizeof buffer, 0) > 0);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_CASE("clients that vanish leave nothing behind") {
  TestServer server([](Exchange& exchange) { echo(exchange); });
  for (const std::string& part : {std::string(), std::string("GET"), get("/a"),
                                  std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab")}) {
    Client resets(server.port());
    resets.send(part);
    resets.reset_connection();
    Client closes(server.port());
    closes.send(part);
    closes.close();
  }
  wait_until([&] {
    return server.server().stats().connections == 8 && server.server().stats().connections_open == 0;
  });
}
