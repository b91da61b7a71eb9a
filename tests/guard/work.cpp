#include "work.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/unique_fd.hpp"
#include "host.hpp"
#include "http/request_parser.hpp"
#include "http/response_head.hpp"
#include "model/inference.hpp"
#include "requests.hpp"

namespace slipway::guard {
namespace {

// The bytes of a request's head to a request, and a response's to bytes.
class Heads final : public Work {
 public:
  void once() override {
    parser_.reset();
    std::string_view input = request_;
    while (parser_.feed(input) == http::RequestParser::Progress::have_head) {
    }
    if (exchange_.request().path() != "/models/sum/predict") fail("the head was not understood");
    out_.clear();
    http::append_response_head({.status = 200,
                                .http_1_0 = false,
                                .close = !parser_.keep_alive(),
                                .content_type = "application/json",
                                .header_lines = "X-Model-Version: 1.0.0\r\n",
                                .request_id = "0123456789abcdef0123456789abcdef",
                                .date_line = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
                                .content_length = 11},
                               out_);
  }

 private:
  const std::string request_ = post("sum", "[1]");
  const http::Limits limits_{};
  http::Exchange exchange_{0};
  http::RequestParser parser_{limits_, exchange_.request()};
  std::string out_;
};

// From a body to an answer, on this thread.
class Inference final : public Work {
 public:
  Inference(std::unique_ptr<model::ModelVersion> version, std::string body)
      : version_(std::move(version)), body_(std::move(body)) {}

  void once() override {
    buffer_.clear();
    buffer_.append(body_);
    out_.clear();
    call_.reset(api::PredictService::kKeptBytes);
    call_.deadline = monotonic_now() + 600 * kSecond;
    model::infer(*version_, call_, buffer_, out_);
    if (call_.outcome != model::Outcome::answered) fail(call_.error.message);
  }

 private:
  std::unique_ptr<model::ModelVersion> version_;
  const std::string body_;
  PaddedBuffer buffer_, out_;
  model::Call call_{document::Limits()};
};

// Asks the same again and again on one connection.
class Client {
 public:
  Client(std::uint16_t port, std::string request)
      : request_(std::move(request)), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      fail("the host does not listen");
    const int one = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }

  void ask() {
    for (std::string_view left = request_; !left.empty();) {
      const ssize_t put = ::send(socket_.get(), left.data(), left.size(), MSG_NOSIGNAL);
      if (put <= 0) fail("the host has closed the connection");
      left.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  void hear() {
    // The answer is shorter than what a host sends at once.
    const ssize_t got = ::recv(socket_.get(), answer_.data(), answer_.size(), 0);
    if (got <= 0 ||
        !std::string_view(answer_.data(), static_cast<std::size_t>(got)).starts_with("HTTP/1.1 200 "))
      fail("the host has not answered 200");
  }

 private:
  std::string request_;
  UniqueFd socket_;
  std::array<char, 16 * 1024> answer_{};
};

struct Asked {
  std::unique_ptr<model::ModelVersion> version;
  std::string body;
};

// From socket to socket, by the host's own serving thread; of several models all are asked at once.
class Serving final : public Work {
 public:
  explicit Serving(std::vector<Asked> asked) {
    std::vector<std::unique_ptr<model::ModelVersion>> versions;
    std::vector<std::string> requests;
    for (Asked& each : asked) {
      requests.push_back(post(each.version->name(), each.body));
      versions.push_back(std::move(each.version));
    }
    host_.emplace(std::move(versions));
    for (std::string& request : requests) clients_.emplace_back(host_->port(), std::move(request));
  }

  void once() override {
    for (Client& client : clients_) client.ask();
    for (Client& client : clients_) client.hear();
  }

 private:
  std::optional<Host> host_;
  std::vector<Client> clients_;
};

std::string example(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) fail(file.string() + " cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

constexpr std::size_t kArrayBytes = 64 << 10;
constexpr std::size_t kHugeBytes = 1 << 20;  // more than is read on a serving thread

}  // namespace

const std::vector<std::string>& counted_work() {
  static const std::vector<std::string> names{
      "heads",     "infer identity-match", "serve identity-match", "infer sum",
      "serve sum", "infer sum of 64 KB",   "serve sum of 64 KB"};
  return names;
}

const std::vector<std::string>& other_work() {
  static const std::vector<std::string> names{"pool identity-match", "pool sum of 1 MB",
                                              "pool identity-match and sum"};
  return names;
}

std::unique_ptr<Work> make_work(const std::string& name, const std::filesystem::path& models) {
  if (name == "heads") return std::make_unique<Heads>();
  const auto is = [&](std::string_view what) { return name.find(what) != std::string::npos; };
  const model::Execution execution = is("pool ") ? model::Execution::pool : model::Execution::inline_always;
  std::vector<Asked> asked;
  if (is("identity-match"))
    asked.push_back({load_model(models / "identity-match", execution),
                     example(SLIPWAY_PLUGINS "/identity-match/examples/match.json")});
  if (is("sum"))
    asked.push_back({load_model(models / "sum", execution), is("1 MB")    ? numbers(kHugeBytes)
                                                            : is("64 KB") ? numbers(kArrayBytes)
                                                                          : "[1, 2.5, -3e2]"});
  if (asked.empty()) return nullptr;
  if (is("infer "))
    return std::make_unique<Inference>(std::move(asked.front().version), std::move(asked.front().body));
  return std::make_unique<Serving>(std::move(asked));
}

}  // namespace slipway::guard
