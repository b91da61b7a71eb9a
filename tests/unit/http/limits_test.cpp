// What a session does about clients that are slow, too many, or gone.
#include "http/limits.hpp"

#include <sys/resource.h>

#include <atomic>
#include <vector>

#include "client.hpp"

using namespace slipway;
using namespace slipway::http;
using namespace slipway::http::test;

namespace {

ServerOptions impatient() {
  ServerOptions options;
  options.limits.header_timeout = options.limits.body_timeout = options.limits.write_timeout =
      options.limits.linger_timeout = 50 * kMillisecond;
  return options;
}

// Until the server's counters say so: what it does at the end of a connection cannot be seen from outside.
template <class Condition>
void wait_until(const Condition& condition) {
  while (!condition()) std::this_thread::yield();
}

// Sends all of a request but the "b" of its body, and waits until the server has it.
void begin_request(TestServer& server, Client& client, const std::string& path) {
  const std::uint64_t before = server.server().stats().body_bytes;
  client.send("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na");
  wait_until([&] { return server.server().stats().body_bytes > before; });
}

}  // namespace

TEST_CASE("an idle connection is closed without a word") {
  ServerOptions options;
  options.limits.idle_timeout = kSecond;
  TestServer server([](Exchange& exchange) { echo(exchange); }, options);
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
  begin_request(server, first, "/1");
  {
    Client second(server.port());
    begin_request(server, second, "/2");
    for (int i = 0; i < 3; ++i) {
      Client third(server.port());
      third.send(get("/3"));
      const Reply reply = third.read();
      CHECK(reply.status == 503);
      CHECK(reply.header("Retry-After") == "1");
      CHECK(reply.header("Connection") == "close");
      CHECK(third.at_end());
    }
    CHECK(first.ask("b").body == "/1|ab");
  }
  wait_until([&] { return server.server().stats().connections_open == 1; });
  Client again(server.port());
  CHECK(again.ask(get("/4")).status == 200);
  CHECK(server.server().stats().connections_refused == 3);
}

TEST_CASE("a client that has its share of the connections is told so, and another finds room") {
  ServerOptions options;
  options.listen = {{"127.0.0.1", 0}};
  options.limits.max_connections = 8;
  options.limits.max_connections_of_client = 2;
  TestServer server([](Exchange& exchange) { echo(exchange); }, options);
  Client first(server.port());
  Client second(server.port());
  CHECK(first.ask(get("/1")).status == 200);
  CHECK(second.ask(get("/2")).status == 200);
  for (int i = 0; i < 3; ++i) {
    Client third(server.port());
    const Reply reply = third.read();
    CHECK(reply.status == 429);
    CHECK(reply.header("Retry-After") == "1");
    CHECK(third.at_end());
  }
  Client other(server.port(), 0, "127.0.0.2");
  CHECK(other.ask(get("/other")).status == 200);
  second.close();
  wait_until([&] { return server.server().stats().connections_open == 2; });
  Client again(server.port());
  CHECK(again.ask(get("/3")).status == 200);
  CHECK(server.server().stats().connections_refused == 3);
}

TEST_CASE("the connection that is idle for the longest makes room, one in the middle of a request does not") {
  ServerOptions options;
  options.limits.max_connections = 3;
  TestServer server([](Exchange& exchange) { echo(exchange); }, options);
  Client busy(server.port());
  begin_request(server, busy, "/busy");
  Client oldest(server.port());
  CHECK(oldest.ask(get("/oldest")).status == 200);
  Client newest(server.port());
  CHECK(newest.ask(get("/newest")).status == 200);
  Client late(server.port());
  CHECK(late.ask(get("/late")).status == 200);
  CHECK(oldest.at_end());
  CHECK(newest.ask(get("/newest")).status == 200);
  CHECK(busy.ask("b").body == "/busy|ab");
  CHECK(server.server().stats().connections_evicted == 1);
  CHECK(server.server().stats().connections_refused == 0);
}

TEST_CASE("an idle connection of another thread makes room soon") {
  ServerOptions options;
  options.threads = 4;
  options.limits.max_connections = 1;
  TestServer server([](Exchange& exchange) { echo(exchange); }, options);
  std::vector<Client> idle;
  for (int i = 0; i < 20; ++i) {  // on whichever thread each is accepted
    while (true) {
      Client next(server.port());
      if (next.ask(get("/")).status != 200) continue;
      idle.push_back(std::move(next));
      break;
    }
  }
  wait_until([&] { return server.server().stats().connections_open <= 1; });
  // Every one that was taken, also such as made room where none was needed any more.
  const ServerStats stats = server.server().stats();
  CHECK(stats.connections_evicted >= 19);
  CHECK(stats.connections_evicted == stats.connections - stats.connections_refused - stats.connections_open);
}

TEST_CASE("a body that comes too slowly is answered 408 long before its time is over") {
  ServerOptions options;
  options.limits.body_rate = 1'000'000'000;
  options.limits.body_rate_window = 50 * kMillisecond;
  TestServer server([](Exchange& exchange) { echo(exchange); }, options);
  Client client(server.port());
  const Reply reply = client.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  CHECK(reply.status == 408);
  CHECK_THAT(reply.body, Catch::Contains("too slowly"));
  CHECK(client.at_end());
  CHECK(server.server().stats().timeouts == 1);
  Client quick(server.port());
  CHECK(quick.ask(post("/", "abcde")).status == 200);
}

TEST_CASE("all bodies together have so much memory, and one that is answered or given up gives it back") {
  ServerOptions options;
  options.limits.max_body_bytes = 300'000;
  options.limits.max_bodies_bytes = 5 * BodyShare::kGrain;
  TestServer server([](Exchange& exchange) { exchange.response().body().append("taken"); }, options);
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n";
  const auto held = [&] { return server.server().stats().body_bytes; };
  Client first(server.port());
  first.send(head + std::string(250'000, 'a'));
  wait_until([&] { return held() == 4 * BodyShare::kGrain; });
  {
    Client promises(server.port());  // memory is taken for what has come, not for what is announced
    promises.send(head);
    wait_until([&] { return held() >= 4 * BodyShare::kGrain; });
    Client second(server.port());
    second.send(head + std::string(299'999, 'a'));
    const Reply reply = second.read();
    CHECK(reply.status == 503);
    CHECK(reply.header("Retry-After") == "1");
    CHECK(second.at_end());
  }
  CHECK(server.server().stats().bodies_refused == 1);
  Client small(server.port());
  CHECK(small.ask(post("/", "abc")).body == "taken");
  first.send(std::string(50'000, 'a'));
  CHECK(first.read().body == "taken");
  wait_until([&] { return held() == 0; });
  Client again(server.port());
  CHECK(again.ask(head + std::string(300'000, 'a')).body == "taken");
  Client leaves(server.port());
  leaves.send(head + std::string(100'000, 'a'));
  wait_until([&] { return held() > 0; });
  leaves.reset_connection();
  wait_until([&] { return held() == 0; });
}

TEST_CASE("one that pipelines without end lets others have their turn") {
  std::atomic<int> flood{0};
  std::atomic<bool> asked{false};
  std::atomic<int> before_other{-1};
  TestServer server([&](Exchange& exchange) {
    if (exchange.request().path() == "/other") {
      before_other = flood.load();
    } else {
      ++flood;
      wait_until([&] { return asked.load(); });
    }
  });
  Client other(server.port());
  CHECK(other.ask(get("/other")).status == 200);
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += get("/");
  Client floods(server.port());
  floods.send(requests);
  wait_until([&] { return flood.load() > 0; });
  other.send(get("/other"));
  asked = true;
  CHECK(other.read().status == 200);
  CHECK(before_other <= 2 * 64);
  for (int i = 0; i < 1000; ++i) REQUIRE(floods.read().status == 200);
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
