// A steady state allocates nothing: counted over the whole program while a client that allocates nothing
// itself asks.
#include <atomic>
#include <cstdlib>
#include <new>

#include "client.hpp"

namespace {

std::atomic<bool> counting{false};
std::atomic<int> allocations{0};

}  // namespace

// All the forms: a sanitizer brings its own of those that are missing, and finds that they do not match.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  if (counting) ++allocations;
  return std::malloc(size);
}
void* operator new(std::size_t size) {
  if (void* const memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
  return operator new(size, tag);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}

using namespace slipway;
using namespace slipway::http;
using namespace slipway::http::test;

namespace {

// Answers on the serving thread, but by way of the wake queue.
struct Again final : Deferred {
  void finish(Exchange& exchange) noexcept override { exchange.response().body().append("done"); }
  void expire(Exchange&) noexcept override {}
  void abandon() noexcept override {}
};

void ask(Client& client, std::string_view request, std::size_t answer_size) {
  char buffer[4096];
  client.send(request);
  for (std::size_t got = 0; got < answer_size;) {
    const ssize_t more = ::recv(client.fd(), buffer, sizeof buffer, 0);
    if (more <= 0) return;
    got += static_cast<std::size_t>(more);
  }
}

}  // namespace

TEST_CASE("a steady state allocates nothing, inline or deferred, alone or pipelined") {
  const auto work = std::make_shared<Again>();
  TestServer server([&](Exchange& exchange) {
    if (exchange.request().path() == "/inline") return echo(exchange);
    exchange.defer(work, monotonic_now() + 60 * kSecond);
    work->complete();
  });
  for (const std::string& one :
       {post("/inline", std::string(2000, 'x')), post("/deferred", "{}"), get("/inline") + get("/inline"),
        std::string(
            "POST /inline HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")}) {
    Client client(server.port());
    client.send(one);
    std::size_t size = 0;
    for (std::size_t at = one.find("HTTP/1.1\r\n"); at != std::string::npos;
         at = one.find("HTTP/1.1\r\n", at + 1)) {
      const Reply reply = client.read();
      CHECK(reply.status == 200);
      size += reply.head.size() + 2 + reply.body.size();
    }
    for (int i = 0; i < 100; ++i) ask(client, one, size);
    counting = true;
    for (int i = 0; i < 1000; ++i) ask(client, one, size);
    counting = false;
    CHECK(allocations == 0);
  }
}
