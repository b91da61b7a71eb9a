// Answers that are made on other threads, and everything that can come in between.
#include "http/exchange.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>

#include "client.hpp"

using namespace slipway;
using namespace slipway::http;
using namespace slipway::http::test;

namespace {

struct Counts {
  std::atomic<int> finished{0}, expired{0}, abandoned{0}, destroyed{0};
  int settled() const { return finished + expired + abandoned; }
};

class Work final : public Deferred {
 public:
  Work(Counts& counts, std::string text) : counts_(counts), text_(std::move(text)) {}
  ~Work() override { ++counts_.destroyed; }

  void run() {
    result_ = text_ + " done";
    complete();
  }

 private:
  void finish(Exchange& exchange) noexcept override {
    ++counts_.finished;
    exchange.response().body().append(result_);
  }
  void expire(Exchange& exchange) noexcept override {
    ++counts_.expired;
    answer_problem(exchange, {.status = 504, .detail = "too late"});
  }
  void abandon() noexcept override { ++counts_.abandoned; }

  Counts& counts_;
  std::string text_, result_;
};

class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
  }
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  void add(std::shared_ptr<Work> work) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(work));
    }
    wake_.notify_one();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [&] { return ending_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const auto work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      work->run();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Work>> queue_;
  std::vector<std::thread> threads_;
  bool ending_ = false;
};

template <class Condition>
void wait_until(const Condition& condition) {
  while (!condition()) std::this_thread::yield();
}

Nanoseconds soon() {
  return monotonic_now() + 20 * kMillisecond;
}
Nanoseconds never() {
  return monotonic_now() + 3600 * kSecond;
}

// Keeps the work of every request for the test to complete.
struct Holder {
  std::mutex mutex;
  std::vector<std::shared_ptr<Work>> held;

  void add(std::shared_ptr<Work> work) {
    const std::lock_guard lock(mutex);
    held.push_back(std::move(work));
  }
  std::shared_ptr<Work> wait_for(std::size_t index) {
    while (true) {
      const std::lock_guard lock(mutex);
      if (held.size() > index) return held[index];
    }
  }
};

}  // namespace

TEST_CASE("answers come from other threads") {
  Counts counts;
  Pool pool(3);
  ServerOptions options;
  options.threads = 2;
  TestServer server(
      [&](Exchange& exchange) {
        auto work = std::make_shared<Work>(counts, std::string(exchange.request().path()));
        // Sometimes the work is handed out, and may be complete, before it is deferred.
        if (exchange.request().path().size() % 2 == 0) {
          pool.add(work);
          exchange.defer(std::move(work), never());
        } else {
          exchange.defer(work, never());
          pool.add(std::move(work));
        }
      },
      options);
  std::atomic<int> right{0};
  std::vector<std::thread> clients;
  for (int c = 0; c < 8; ++c) {
    clients.emplace_back([&, c] {
      Client client(server.port());
      for (int i = 0; i < 500; ++i) {
        const std::string path =
            "/" + std::to_string(c) + "/" + std::string(static_cast<std::size_t>(i % 5), 'a');
        right += client.ask(get(path)).body == path + " done";
      }
    });
  }
  for (std::thread& client : clients) client.join();
  CHECK(right == 4000);
  CHECK(counts.finished == 4000);
  CHECK(counts.settled() == 4000);
  server.stop();
  wait_until([&] { return counts.destroyed == 4000; });
}

TEST_CASE("work that is complete before it is deferred") {
  Counts counts;
  TestServer server([&](Exchange& exchange) {
    auto work = std::make_shared<Work>(counts, "x");
    work->run();
    exchange.defer(std::move(work), never());
  });
  Client client(server.port());
  for (int i = 0; i < 3; ++i) CHECK(client.ask(get("/")).body == "x done");
  CHECK(counts.finished == 3);
}

TEST_CASE("deferred and inline answers keep their order when requests are pipelined") {
  Counts counts;
  Pool pool(2);
  TestServer server([&](Exchange& exchange) {
    const std::string path(exchange.request().path());
    if (path.size() % 2 == 0) {
      exchange.response().body().append(path + " inline");
      return;
    }
    auto work = std::make_shared<Work>(counts, path);
    exchange.defer(work, never());
    pool.add(std::move(work));
  });
  Client client(server.port());
  std::string all;
  for (std::size_t i = 1; i <= 200; ++i) all += get("/" + std::string(i, 'a'));
  std::thread sender([&] { client.send(all); });
  int right = 0;
  for (std::size_t i = 1; i <= 200; ++i) {
    const std::string path = "/" + std::string(i, 'a');
    right += client.read().body == path + (path.size() % 2 == 0 ? " inline" : " done");
  }
  sender.join();
  CHECK(right == 200);
}

TEST_CASE("a deadline that passes is answered, and late work is dropped") {
  Counts counts;
  Holder holder;
  TestServer server([&](Exchange& exchange) {
    auto work = std::make_shared<Work>(counts, "x");
    holder.add(work);
    exchange.defer(std::move(work), exchange.request().path() == "/slow" ? soon() : never());
  });
  Client client(server.port());
  CHECK(client.ask(get("/slow")).status == 504);
  CHECK(counts.expired == 1);
  CHECK(holder.wait_for(0)->settled_early());
  holder.wait_for(0)->run();
  client.send(get("/next"));  // the connection is still good
  holder.wait_for(1)->run();
  CHECK(client.read().body == "x done");
  CHECK(counts.settled() == 2);
}

TEST_CASE("deadlines of many are met in their order") {
  std::vector<int> order;  // one serving thread
  struct Late final : Deferred {
    Late(std::vector<int>& list, int which) : order(list), number(which) {}
    void finish(Exchange&) noexcept override {}
    void expire(Exchange& exchange) noexcept override {
      order.push_back(number);
      exchange.response().set_status(504);
    }
    void abandon() noexcept override {}
    std::vector<int>& order;
    int number;
  };
  const Nanoseconds base = monotonic_now() + 2 * kSecond;  // by then all have come
  TestServer server([&](Exchange& exchange) {
    const int number = std::stoi(std::string(exchange.request().path().substr(1)));
    exchange.defer(std::make_shared<Late>(order, number), base + number * 5 * kMillisecond);
  });
  std::vector<Client> clients;
  for (const int number : {3, 1, 4, 0, 2}) {
    clients.emplace_back(server.port());
    clients.back().send(get("/" + std::to_string(number)));
  }
  for (Client& client : clients) CHECK(client.read().status == 504);
  server.stop();
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("a client that goes away abandons its work") {
  Counts counts;
  Holder holder;
  TestServer server([&](Exchange& exchange) {
    auto work = std::make_shared<Work>(counts, "x");
    holder.add(work);
    exchange.defer(std::move(work), never());
  });
  Client closes(server.port());
  closes.send(get("/1"));
  holder.wait_for(0);
  closes.close();
  wait_until([&] { return counts.abandoned == 1; });
  Client resets(server.port());
  resets.send(get("/2") + get("/pipelined") + "GET /part");
  holder.wait_for(1);
  resets.reset_connection();
  wait_until([&] { return counts.abandoned == 2; });
  holder.wait_for(0)->run();
  holder.wait_for(1)->run();
  CHECK(counts.settled() == 2);
  wait_until([&] { return server.server().stats().disconnects == 2; });
}

TEST_CASE("work may be deferred again, by itself or another") {
  struct Twice final : Deferred, std::enable_shared_from_this<Twice> {
    void finish(Exchange& exchange) noexcept override {
      if (++rounds < 5) {
        exchange.defer(shared_from_this(), never());
        complete();
      } else {
        exchange.response().body().append("after " + std::to_string(rounds));
      }
    }
    void expire(Exchange&) noexcept override {}
    void abandon() noexcept override {}
    int rounds = 0;
  };
  TestServer server([&](Exchange& exchange) {
    auto work = std::make_shared<Twice>();
    exchange.defer(work, never());
    work->complete();
  });
  Client client(server.port());
  CHECK(client.ask(get("/")).body == "after 5");
}

TEST_CASE("a server that is forced down abandons what is deferred") {
  Counts counts;
  Holder holder;
  TestServer server([&](Exchange& exchange) {
    auto work = std::make_shared<Work>(counts, "x");
    holder.add(work);
    exchange.defer(std::move(work), never());
  });
  Client client(server.port());
  client.send(get("/"));
  holder.wait_for(0);
  server.stop();
  CHECK(counts.abandoned == 1);
  CHECK(client.read().status == 0);
  holder.wait_for(0)->run();  // after the server's end
  CHECK(counts.settled() == 1);
  holder.held.clear();
  CHECK(counts.destroyed == 1);
}

TEST_CASE("completion, deadline, disconnect and shutdown race, and each work is settled once") {
  Counts counts;
  std::atomic<int> deferred{0};
  std::mt19937 seeds(11);
  for (int round = 0; round < 6; ++round) {
    Pool pool(2);
    ServerOptions options;
    options.threads = 2;
    TestServer server(
        [&](Exchange& exchange) {
          auto work = std::make_shared<Work>(counts, "x");
          ++deferred;
          pool.add(work);
          exchange.defer(std::move(work), monotonic_now() + 30 * kMicrosecond);
        },
        options);
    std::atomic<bool> stop{false};
    std::vector<std::thread> clients;
    for (int c = 0; c < 6; ++c) {
      clients.emplace_back([&, seed = seeds()] {
        std::mt19937 random(seed);
        while (!stop) {
          Client client(server.port());
          if (!client.connected()) return;
          for (int i = 0; i < 5; ++i) {
            client.send(get("/"));
            if (random() % 4 == 0) break;
            const int status = client.read().status;
            if (status != 200 && status != 504) break;
          }
          if (random() % 2 == 0) client.reset_connection();
        }
      });
    }
    const int enough = deferred + 300;
    wait_until([&] { return deferred >= enough; });
    if (round % 2 == 0) server.stop();
    stop = true;
    server.stop();
    for (std::thread& client : clients) client.join();
  }
  CHECK(counts.settled() == deferred);
  CHECK(counts.destroyed == deferred);
}
