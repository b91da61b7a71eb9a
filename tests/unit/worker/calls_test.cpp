#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <thread>

#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "worker/call_client.hpp"
#include "worker/call_server.hpp"

using namespace slipway;
using namespace slipway::worker;
using Catch::Matchers::Contains;
using Fate = CallClient::Fate;

namespace {

// Answers as the function says.
class Scripted : public model::Predictor {
 public:
  using Work = std::function<Status(const model::Prediction&, document::Builder&)>;
  explicit Scripted(Work work) : work_(std::move(work)) {}

  Status create(model::HostServices&) override { return {}; }
  Status predict(const model::Prediction& prediction, document::Builder& response) override {
    return work_(prediction, response);
  }
  bool hands_over() const override { return false; }
  std::uint32_t most_at_once() const override { return 1; }
  void destroy() override {}
  plugin::UnloadReport unload() override { return {}; }

 private:
  const Work work_;
};

std::pair<PacketSocket, PacketSocket> connected() {
  auto ends = PacketSocket::pair();
  REQUIRE(ends);
  REQUIRE(ends->second.set_patience(kPatience));
  return std::move(*ends);
}

CallClient client_of(PacketSocket socket) {
  Result<CallClient> client = CallClient::create(std::move(socket));
  REQUIRE(client);
  return std::move(*client);
}

// What a call came to: the response's JSON, or the error.
struct Answer {
  Fate fate;
  std::string json;
  std::string error;
  std::string pointer;
  Code code = Code::internal;
};

Answer call(CallClient& client, std::string_view request, Nanoseconds time = 60 * kSecond,
            const std::atomic<bool>* cancelled = nullptr) {
  static const std::atomic<bool> kNever{false};
  document::Document document, response;
  REQUIRE(document::read_json(request, document).ok());
  document::Builder builder;
  builder.start(response);
  const model::Prediction prediction{document.root(), document.bytes(), monotonic_now() + time, "an-id",
                                     cancelled == nullptr ? kNever : *cancelled};
  CallClient::Outcome outcome = client.call(prediction, builder);
  Answer answer{outcome.fate, "", "", ""};
  Status status = std::move(outcome.status);
  if (status.ok() && outcome.fate == Fate::answered) {
    status = builder.finish();
    if (status.ok()) answer.json = document::to_json(response.root());
  }
  if (!status.ok()) {
    answer.error = status.error().message;
    answer.pointer = status.error().pointer;
    answer.code = status.error().code;
  }
  return answer;
}

// A client, and a thread that serves it as a worker does.
class Served {
 public:
  explicit Served(Scripted::Work work, const document::Limits& limits = {})
      : predictor_(std::move(work)),
        ends_(connected()),
        client_(client_of(std::move(ends_.first))),
        thread_(
            [this, limits] { ended_ = serve_calls(std::move(ends_.second), predictor_, limits, [] {}); }) {}
  ~Served() {
    client_.close();
    thread_.join();
  }
  CallClient& client() { return client_; }

 private:
  Scripted predictor_;
  std::pair<PacketSocket, PacketSocket> ends_;
  CallClient client_;
  Status ended_;
  std::thread thread_;
};

Status echo(const model::Prediction& prediction, document::Builder& response) {
  return response.document(prediction.block) ? Status() : Status(response.take_error());
}

// A worker that lies: what it sends as an answer to a call is for the test to say.
Answer told(const std::function<void(AnswerPacket&, std::string&)>& lie, std::string_view in_area = {}) {
  auto ends = connected();
  CallClient client = client_of(std::move(ends.first));
  std::thread liar([&] {
    std::array<std::byte, 4096> buffer;
    SharedArea* area = nullptr;
    std::optional<SharedArea> response;
    for (;;) {
      UniqueFd descriptor;
      const Result<std::size_t> size = ends.second.receive(buffer, descriptor);
      if (!size && size.error().code == Code::deadline_exceeded) continue;
      if (!size) return;
      CallPacket packet{};
      std::memcpy(&packet, buffer.data(), sizeof packet);
      if (packet.kind == CallKind::response_area) {
        response.emplace(
            std::move(*SharedArea::received(descriptor, packet.bytes, SharedArea::Access::write)));
        area = &*response;
      }
      if (packet.kind != CallKind::call) continue;
      std::copy(in_area.begin(), in_area.end(),
                reinterpret_cast<char*>(area->data()) + document_offset(0, in_area.size()));
      AnswerPacket answer{AnswerKind::answered, 0, packet.number, in_area.size(), 0, 0};
      std::string texts;
      lie(answer, texts);
      const std::array<iovec, 2> parts{iovec{&answer, sizeof answer}, iovec{texts.data(), texts.size()}};
      if (!ends.second.send(parts)) return;
    }
  });
  Answer answer = call(client, "1");
  client.close();
  liar.join();
  return answer;
}

}  // namespace

TEST_CASE("a request goes to the worker and its response comes back") {
  Served served(&echo);
  for (const char* const json : {"null", R"({"a":[1.5,2.5],"b":"text"})", "[]", "-3"}) {
    const Answer answer = call(served.client(), json);
    CHECK(answer.fate == Fate::answered);
    CHECK(answer.json == json);
  }
}

TEST_CASE("documents may be larger than the memory that is shared at first") {
  Served served(&echo);
  const std::string large = "[\"" + std::string(9'000'000, 'x') + "\"]";
  for (int round = 0; round < 2; ++round) {
    CHECK(call(served.client(), large).json == large);
    CHECK(call(served.client(), "1").json == "1");
  }
}

TEST_CASE("where the host has no descriptors for a large request the worker goes on") {
  Served served(&echo);
  const std::string large = "[\"" + std::string(2'000'000, 'x') + "\"]";
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE(call(served.client(), "1").json ==
          "1");  // the worker, a thread of this process, has all that it was sent
  // The lowest number that is free; poll() wants no more descriptors than the limit.
  const int free = ::dup(STDIN_FILENO);
  ::close(free);
  const rlimit none{static_cast<rlim_t>(free), before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const Answer refused = call(served.client(), large);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(refused.fate == Fate::answered);
  CHECK(refused.code == Code::unavailable);
  const Answer after = call(served.client(), large);
  CHECK(after.error == "");
  CHECK(after.json == large);
}

TEST_CASE("a model's errors come back as they are") {
  Served served([](const model::Prediction& prediction, document::Builder&) -> Status {
    const std::string_view wish = prediction.request.text();
    if (wish == "argument") return Error(Code::invalid_argument, "not that", "");
    if (wish == "elsewhere") return Error(Code::invalid_argument, "not that", "/no/such/place");
    if (wish == "busy") return Error(Code::unavailable, "not now");
    return Error(Code::limit_exceeded, "\xff odd");
  });
  CHECK(call(served.client(), R"("argument")").code == Code::invalid_argument);
  CHECK(call(served.client(), R"("elsewhere")").pointer == "");
  CHECK(call(served.client(), R"("busy")").error == "not now");
  const Answer odd = call(served.client(), R"("odd")");
  CHECK(odd.fate == Fate::answered);
  CHECK(odd.code == Code::internal);
  CHECK(odd.error == "? odd");
}

TEST_CASE("what a model writes that is no document is told with its place") {
  Served served([](const model::Prediction&, document::Builder& response) -> Status {
    response.begin_array();
    response.null();
    response.float64(std::numeric_limits<double>::infinity());
    return {};
  });
  const Answer answer = call(served.client(), "1");
  CHECK(answer.fate == Fate::answered);
  CHECK_THAT(answer.error, Contains("infinite"));
  CHECK(answer.pointer == "/1");
}

TEST_CASE("the worker sees the request's ID, its deadline and that its caller has gone") {
  Served served([](const model::Prediction& prediction, document::Builder& response) -> Status {
    if (prediction.request_id != "an-id") return Error(Code::internal, "another ID");
    if (prediction.deadline < monotonic_now()) return Error(Code::internal, "another deadline");
    while (!prediction.cancelled.load()) std::this_thread::yield();
    response.string("saw it");
    return {};
  });
  const std::atomic<bool> gone{true};
  CHECK(call(served.client(), "1", 60 * kSecond, &gone).json == R"("saw it")");
}

TEST_CASE("a worker that does not return in time is overdue") {
  std::atomic<bool> may_end{false};
  Served served([&](const model::Prediction&, document::Builder&) -> Status {
    while (!may_end) std::this_thread::yield();
    return {};
  });
  CHECK(call(served.client(), "1", kMillisecond).fate == Fate::overdue);
  may_end = true;
}

TEST_CASE("a worker that has ended is lost, or cannot be reached") {
  auto ends = connected();
  CallClient client = client_of(std::move(ends.first));
  std::thread worker([&] {
    std::array<std::byte, 4096> buffer;
    for (int packets = 0; packets < 3;) {
      UniqueFd descriptor;
      if (ends.second.receive(buffer, descriptor)) ++packets;
    }
    ends.second.close();
  });
  CHECK(call(client, "1").fate == Fate::lost);
  worker.join();
  CHECK(call(client, "1").fate == Fate::not_delivered);
}

TEST_CASE("a worker that lies is found out") {
  const auto lie = [](auto change) {
    return told([&](AnswerPacket& answer, std::string&) { change(answer); });
  };
  const auto is_broken = [](const Answer& answer, const char* why) {
    CHECK(answer.fate == Fate::broken);
    CHECK_THAT(answer.error, Contains(why));
  };
  is_broken(lie([](AnswerPacket& a) { ++a.number; }), "another call");
  is_broken(lie([](AnswerPacket& a) { a.bytes = 2u << 20; }), "outside the memory");
  is_broken(lie([](AnswerPacket& a) { a.bytes = ~std::uint64_t{0}; }), "outside the memory");
  is_broken(lie([](AnswerPacket& a) { a.bytes = ~std::uint64_t{0} - 62; }), "outside the memory");
  is_broken(lie([](AnswerPacket& a) { a.bytes = 15; }), "which is none");
  is_broken(lie([](AnswerPacket& a) { a.kind = static_cast<AnswerKind>(9); }), "unknown kind");
  is_broken(lie([](AnswerPacket& a) {
              a.kind = AnswerKind::failed;
              a.message_size = 1;
            }),
            "texts of a wrong size");
  is_broken(lie([](AnswerPacket& a) {
              a.kind = AnswerKind::failed;
              a.message_size = a.pointer_size = 0x80000000;
            }),
            "texts of a wrong size");
  is_broken(lie([](AnswerPacket& a) {
              a.kind = AnswerKind::needs_room;
              a.bytes = 1;
            }),
            "wrong amount");
  is_broken(lie([](AnswerPacket& a) {
              a.kind = AnswerKind::needs_room;
              a.bytes = ~std::uint64_t{0};
            }),
            "wrong amount");
  is_broken(told([](AnswerPacket&, std::string& texts) { texts.assign(20'000, 'x'); }), "wrong size");
  const std::string damaged("\x06\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\x70",
                            16);  // a string of five bytes, far away
  is_broken(told([](AnswerPacket&, std::string&) {}, damaged), "outside the document");
}

TEST_CASE("a worker can only read what it is asked") {
  Result<SharedArea> area = SharedArea::create(4096);
  REQUIRE(area);
  const Result<UniqueFd> file = area->descriptor(SharedArea::Access::read);
  REQUIRE(file);
  CHECK(SharedArea::received(*file, 4096, SharedArea::Access::read).ok());
  CHECK_FALSE(SharedArea::received(*file, 4096, SharedArea::Access::write).ok());
  CHECK_FALSE(SharedArea::received(*file, 8192, SharedArea::Access::read).ok());
}
