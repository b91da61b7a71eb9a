#include "http/session.hpp"

#include <atomic>

#include "client.hpp"

using namespace slipway;
using namespace slipway::http;
using namespace slipway::http::test;

TEST_CASE("a request is answered, and the connection stays") {
  TestServer server([](Exchange& exchange) { echo(exchange); });
  Client client(server.port());
  for (int i = 0; i < 3; ++i) {
    const Reply reply = client.ask(post("/a%20b", "hello"));
    CHECK(reply.status == 200);
    CHECK(reply.body == "/a b|hello");
    CHECK(reply.header("Content-Type") == "text/plain");
    CHECK(reply.header("X-Request-Id").size() == 32);
    CHECK(reply.header("Date").size() == 29);
    CHECK(reply.header("Server") == "");
    CHECK(reply.header("Connection") == "");
  }
  CHECK(server.server().stats().connections == 1);
  CHECK(server.server().stats().requests == 3);
}

TEST_CASE("the caller's request ID comes back") {
  TestServer server(
      [](Exchange& exchange) { exchange.response().body().append(exchange.request().request_id()); });
  Client client(server.port());
  Reply reply = client.ask(get("/", "X-Request-Id: mine-1\r\n"));
  CHECK(reply.header("X-Request-Id") == "mine-1");
  CHECK(reply.body == "mine-1");
  reply = client.ask(get("/", "X-Request-Id: not mine\r\n"));
  CHECK(reply.header("X-Request-Id").size() == 32);
  CHECK(reply.body == reply.header("X-Request-Id"));
}

TEST_CASE("exchange and request know where they are") {
  TestServer server([](Exchange& exchange) {
    const Request& request = exchange.request();
    exchange.response().body().append(request.peer());
    exchange.response().set_status(exchange.thread_index() == 0 && request.arrived() <= monotonic_now() &&
                                           request.arrived() > monotonic_now() - 60 * kSecond
                                       ? 200
                                       : 500);
  });
  Client client(server.port());
  const Reply reply = client.ask(get("/"));
  CHECK(reply.status == 200);
  CHECK(reply.body.starts_with("127.0.0.1:"));
}

TEST_CASE("pipelined requests are answered in order, in whatever segments they come") {
  TestServer server([](Exchange& exchange) { echo(exchange); });
  std::string all;
  for (int i = 0; i < 100; ++i) {
    const std::string number = std::to_string(i);
    if (i % 3 == 0)
      all += get("/" + number);
    else if (i % 3 == 1)
      all += post("/" + number, std::string(static_cast<std::size_t>(i), 'b'));
    else
      all += "POST /" + number +
             " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\n";
  }
  for (const std::size_t piece :
       {std::size_t{1}, std::size_t{7}, std::size_t{61}, std::size_t{1000}, all.size()}) {
    Client client(server.port());
    std::thread sender([&] {
      for (std::size_t at = 0; at < all.size(); at += piece)
        client.send(std::string_view(all).substr(at, piece));
    });
    int right = 0;
    for (int i = 0; i < 100; ++i) {
      const std::string body = i % 3 == 0   ? ""
                               : i % 3 == 1 ? std::string(static_cast<std::size_t>(i), 'b')
                                            : "abc";
      const Reply reply = client.read();
      right += reply.status == 200 && reply.body == "/" + std::to_string(i) + "|" + body;
    }
    sender.join();
    CHECK(right == 100);
  }
}

TEST_CASE("HEAD is answered like GET, without the body") {
  TestServer server([](Exchange& exchange) { exchange.response().body().append("12345"); });
  Client client(server.port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" + get("/"));
  const Reply head = client.read(true);
  CHECK(head.header("Content-Length") == "5");
  CHECK(client.read().body == "12345");
}

TEST_CASE("HTTP/1.0 connections end unless they ask to stay") {
  TestServer server([](Exchange& exchange) { echo(exchange); });
  Client client(server.port());
  const Reply kept = client.ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(kept.header("Connection") == "keep-alive");
  const Reply last = client.ask("GET /b HTTP/1.0\r\n\r\n");
  CHECK(last.header("Connection") == "close");
  CHECK(last.body == "/b|");
  CHECK(client.at_end());
}

TEST_CASE("Connection: close is kept to, by request and by response") {
  TestServer server([](Exchange& exchange) {
    if (exchange.request().path() == "/last") exchange.response().close_connection();
  });
  for (const std::string& request : {get("/", "Connection: close\r\n"), get("/last")}) {
    Client client(server.port());
    CHECK(client.ask(request + get("/never")).header("Connection") == "close");
    CHECK(client.at_end());
  }
}

TEST_CASE("100-continue is said when the body is waited for, and not otherwise") {
  TestServer server([](Exchange& exchange) { echo(exchange); });
  Client client(server.port());
  const std::string head = "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  CHECK(client.ask(head).status == 100);
  CHECK(client.ask("ab").body == "/a|ab");
  CHECK(client.ask(head + "cd").body == "/a|cd");
  const Reply refused = client.ask(
      "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n");
  CHECK(refused.status == 413);
  CHECK(client.at_end());
}

TEST_CASE("a body that nobody wants is not read") {
  struct Picky final : Handler {
    bool wants_body(Exchange& exchange) noexcept override {
      if (exchange.request().path() == "/wanted") return true;
      answer_problem(exchange, {.status = 401, .detail = "no"});
      return false;
    }
    void handle(Exchange& exchange) noexcept override { echo(exchange); }
  } picky;
  ServerOptions options;
  options.listen[0].port = 0;
  const auto server = Server::start(options, picky);
  REQUIRE(server);
  const auto head = [](const std::string& path, const std::string& more) {
    return "POST " + path + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
  };
  for (const char* const more : {"Content-Length: 9\r\n", "Content-Length: 9\r\nExpect: 100-continue\r\n",
                                 "Transfer-Encoding: chunked\r\n"}) {
    Client client((*server)->port());
    const Reply reply = client.ask(head("/other", more));
    CHECK(reply.status == 401);
    CHECK(reply.header("Connection") == "close");
    CHECK(client.at_end());
  }
  Client client((*server)->port());
  CHECK(client.ask(head("/wanted", "Content-Length: 1\r\nExpect: 100-continue\r\n")).status == 100);
  CHECK(client.ask("x").body == "/wanted|x");
  CHECK(client.ask(post("/other", "whole")).body == "/other|whole");  // it is there already
}

TEST_CASE("static bodies, extra headers and statuses without a body") {
  const auto shared = std::make_shared<const std::string>(200'000, 's');
  TestServer server([&](Exchange& exchange) {
    Response& response = exchange.response();
    response.add_header("X-Model-Version", "1.2.3");
    if (exchange.request().path() == "/empty") {
      response.set_status(204);
      response.body().append("ignored");
    } else {
      response.set_static_body(*shared, shared);
    }
  });
  Client client(server.port());
  client.send(get("/static") + get("/empty") + get("/static"));
  const Reply reply = client.read();
  CHECK(reply.body == *shared);
  CHECK(reply.header("X-Model-Version") == "1.2.3");
  const Reply empty = client.read();
  CHECK(empty.status == 204);
  CHECK(empty.header("Content-Length") == "");
  CHECK(client.read().body == *shared);
}

TEST_CASE("large bodies go both ways") {
  TestServer server([](Exchange& exchange) { echo(exchange); });
  Client client(server.port(), 4096);
  const std::string big(10'000'000, 'z');
  std::thread sender([&] { client.send(post("/big", big) + get("/next")); });
  const Reply reply = client.read();
  const Reply next = client.read();
  sender.join();
  CHECK((reply.body == "/big|" + big));
  CHECK(next.body == "/next|");
}

TEST_CASE("refusals are problem details with the request's ID, and end the connection") {
  std::atomic<int> handled{0};
  TestServer server([&](Exchange&) { ++handled; });
  const std::pair<std::string, int> cases[] = {
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: x\n\n", 400},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\n\r\n", 411},
      {post("/", "", "Content-Length: 17000000\r\n"), 400},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 17000000\r\n\r\n" + std::string(500'000, 'x'), 413},
      {get("/" + std::string(9000, 'a')), 414},
      {get("/", "Expect: coffee\r\n"), 417},
      {get("/", "X: " + std::string(17000, 'a') + "\r\n"), 431},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505},
  };
  for (const auto& [request, status] : cases) {
    CAPTURE(request.substr(0, 60));
    Client client(server.port());
    std::thread sender([&, &text = request] { client.send(text + get("/smuggled")); });
    const Reply reply = client.read();
    sender.join();
    CHECK(reply.status == status);
    CHECK(reply.header("Content-Type") == "application/problem+json");
    CHECK(reply.header("Connection") == "close");
    CHECK(reply.body.find("\"status\":" + std::to_string(status)) != std::string::npos);
    CHECK(reply.body.find("\"request_id\":\"" + reply.header("X-Request-Id") + "\"") != std::string::npos);
    CHECK(client.at_end());
  }
  CHECK(handled == 0);
  CHECK(server.server().stats().protocol_errors == std::size(cases));
}

TEST_CASE("answers in front of a refused request still go out") {
  TestServer server([](Exchange& exchange) { echo(exchange); });
  Client client(server.port());
  client.send(get("/1") + get("/2") + "nonsense\r\n\r\n");
  CHECK(client.read().body == "/1|");
  CHECK(client.read().body == "/2|");
  CHECK(client.read().status == 400);
  CHECK(client.at_end());
}

TEST_CASE("64 connections with 1000 requests each") {
  std::atomic<int> handled{0};
  ServerOptions options;
  options.threads = 2;
  TestServer server(
      [&](Exchange& exchange) {
        ++handled;
        echo(exchange);
      },
      options);
  std::atomic<int> right{0};
  std::vector<std::thread> clients;
  for (int c = 0; c < 64; ++c) {
    clients.emplace_back([&, c] {
      Client client(server.port());
      for (int i = 0; i < 1000; ++i) {
        const std::string body = std::to_string(c * 1000 + i);
        right += client.ask(post("/p", body)).body == "/p|" + body;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  CHECK(right == 64'000);
  CHECK(handled == 64'000);
}

TEST_CASE("IPv6, and several addresses at once") {
  ServerOptions options;
  options.listen = {{"127.0.0.1", 0}, {"::1", 0}};
  TestServer server([](Exchange& exchange) { exchange.response().body().append(exchange.request().peer()); },
                    options);
  CHECK(server.server().port(0) != 0);
  CHECK(server.server().port(1) != 0);
  const UniqueFd socket(::socket(AF_INET6, SOCK_STREAM, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  address.sin6_port = htons(server.server().port(1));
  REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const std::string request = get("/", "Connection: close\r\n");
  REQUIRE(::send(socket.get(), request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
  std::string text;
  char buffer[1000];
  for (ssize_t got = 0; (got = ::recv(socket.get(), buffer, sizeof buffer, 0)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  CHECK(text.find("\r\n\r\n[::1]:") != std::string::npos);
}

TEST_CASE("a server that cannot start says why") {
  TestServer first([](Exchange&) {});
  ServerOptions options;
  options.listen = {{"127.0.0.1", first.port()}};
  const auto taken = Server::start(options, first);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().message.find("in use") != std::string::npos);
  options.listen = {{"localhost", 0}};
  CHECK(Server::start(options, first).error().code == Code::invalid_argument);
  options.listen.clear();
  CHECK_FALSE(Server::start(options, first));
  options = {};
  options.threads = 0;
  CHECK_FALSE(Server::start(options, first));
}
