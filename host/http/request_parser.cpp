#include "http/request_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "http/target.hpp"
#include "http/text.hpp"

namespace slipway::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using Error = beast::http::error;
using FieldName = beast::http::field;
using Piece = beast::string_view;

constexpr std::size_t kNotFound = std::string_view::npos;
constexpr std::size_t kAroundTarget = 64;  // bytes of a request line that are not its target, at most
constexpr std::size_t kReserveAhead = 1024 * 1024;  // a promised length alone claims no more memory than this

std::string_view to_std(Piece piece) {
  return {piece.data(), piece.size()};
}

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

// "GET / HTTP/2.0": a request line that is sound but for its version.
bool names_other_version(std::string_view head) {
  const std::size_t target = head.find(' ') + 1;
  const std::string_view version = head.substr(head.find(' ', target) + 1, 10);
  return version.size() == 10 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' &&
         is_digit(version[7]) && version.ends_with("\r\n") && version.substr(5, 3) != "1.1" &&
         version.substr(5, 3) != "1.0";
}

}  // namespace

// Takes Beast's events for a request's head and keeps what the session needs of them. Bodies do not pass
// through Beast: sized ones are a copy, and its chunk parser (1.81) asserts on pieces that are cut unluckily.
class RequestParser::Reader {
 public:
  class Events final : public beast::http::basic_parser<true> {
   public:
    explicit Events(Reader& reader) : reader_(reader) {}

   private:
    void on_request_impl(beast::http::verb, Piece method, Piece target, int version, error_code&) override {
      reader_.request.method_text_ = to_std(method);
      reader_.request.method_ = method_from_text(to_std(method));
      reader_.request.target_ = to_std(target);
      reader_.request.http_1_0_ = version == 10;
      reader_.have_request_line = true;
    }
    void on_field_impl(FieldName name, Piece name_text, Piece value, error_code& error) override {
      if (!reader_.take_field(name, to_std(name_text), to_std(value))) error = Error::bad_field;
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(Piece bytes, error_code&) override { return bytes.size(); }
    void on_chunk_header_impl(std::uint64_t, Piece, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Piece bytes, error_code&) override { return bytes.size(); }
    void on_response_impl(int, Piece, int, error_code&) override {}
    void on_finish_impl(error_code&) override {}

    Reader& reader_;
  };

  Reader(const Limits& bounds, Request& target) : limits(bounds), request(target) { reset(); }

  void reset() {
    events.emplace(*this);
    events->header_limit(static_cast<std::uint32_t>(
        std::min<std::size_t>(limits.max_header_bytes, std::numeric_limits<std::uint32_t>::max())));
    events->body_limit(limits.max_body_bytes);
    have_request_line = chunked = has_length = expects_continue = gzip = false;
    hosts = 0;
    host = {};
    status = 0;
    of_coding = false;
    detail.clear();
  }

  bool take_field(FieldName name, std::string_view name_text, std::string_view value) {
    if (request.fields_.size() >= limits.max_headers)
      return refuse(431, "more than " + std::to_string(limits.max_headers) + " header fields");
    if (is_folded(name_text, value)) return refuse(400, where() + " is folded over two lines");
    request.fields_.push_back({name_text, value});
    switch (name) {
      case FieldName::host:
        ++hosts;
        host = value;
        return true;
      case FieldName::content_length:
        return take_content_length(value);
      case FieldName::transfer_encoding:
        return take_transfer_encoding(value);
      case FieldName::content_encoding:
        return take_content_encoding(value);
      case FieldName::expect:
        return take_expect(value);
      case FieldName::unknown:
        return take_request_id(name_text, value);
      default:
        return true;
    }
  }

  // "header field 3", for messages about the field that is being read.
  std::string where() const {
    return have_request_line ? "header field " + std::to_string(request.fields_.size() + 1)
                             : std::string("the request line");
  }

  bool refuse(int with, std::string why) {
    status = with;
    detail = std::move(why);
    return false;
  }

  const Limits& limits;
  Request& request;
  std::optional<Events> events;
  std::string detail;
  std::string_view host;
  int status = 0;
  unsigned hosts = 0;
  bool have_request_line = false, chunked = false, has_length = false, expects_continue = false;
  bool gzip = false, of_coding = false;

 private:
  // Beast joins folded lines: then the value lies in a buffer of its own, or behind a line's end.
  bool is_folded(std::string_view name, std::string_view value) const {
    const std::string_view head = request.head_.view();
    const char* const behind_name = name.data() + name.size();
    if (value.data() < behind_name || value.data() + value.size() > head.data() + head.size()) return true;
    return std::memchr(behind_name, '\n', static_cast<std::size_t>(value.data() - behind_name)) != nullptr;
  }

  bool take_content_length(std::string_view value) {
    if (has_length || value.find(',') != kNotFound) return refuse(400, "more than one Content-Length");
    has_length = true;
    return true;
  }

  bool take_transfer_encoding(std::string_view value) {
    if (request.http_1_0_) return refuse(400, "Transfer-Encoding in an HTTP/1.0 request");
    if (chunked) return refuse(400, "more than one Transfer-Encoding");
    if (!equal_ignoring_case(value, "chunked"))
      return refuse(501,
                    "this Transfer-Encoding is not supported; send \"chunked\" alone, or a Content-Length");
    chunked = true;
    return true;
  }

  bool take_content_encoding(std::string_view value) {
    const bool known = equal_ignoring_case(value, "gzip") || equal_ignoring_case(value, "x-gzip");
    of_coding = gzip || (!known && !equal_ignoring_case(value, "identity"));
    if (of_coding) return refuse(415, "this Content-Encoding is not supported; send \"gzip\" alone, or none");
    gzip = known;
    return true;
  }

  bool take_expect(std::string_view value) {
    if (!equal_ignoring_case(value, "100-continue"))
      return refuse(417, "only \"100-continue\" can be expected");
    expects_continue = !request.http_1_0_;
    return true;
  }

  bool take_request_id(std::string_view name, std::string_view value) {
    const auto visible = [](char byte) { return byte > 0x20 && byte < 0x7F; };
    if (request.request_id_.empty() && equal_ignoring_case(name, "x-request-id") && value.size() <= 128 &&
        std::all_of(value.begin(), value.end(), visible))
      request.request_id_ = value;
    return true;
  }
};

RequestParser::RequestParser(const Limits& limits, Request& request)
    : limits_(limits), request_(request), reader_(std::make_unique<Reader>(limits, request)) {}

RequestParser::~RequestParser() = default;

void RequestParser::reset() {
  request_.clear();
  reader_->reset();
  stage_ = Stage::head;
  scanned_ = line_start_ = request_line_ = 0;
  keep_alive_ = expects_continue_ = passed_empty_line_ = false;
}

RequestParser::Progress RequestParser::feed(std::string_view& input) {
  return stage_ == Stage::body ? feed_body(input) : feed_head(input);
}

// Goes on where it stopped. A line that ends in a bare line feed is refused here: waiting for the right end
// of such a head would be waiting for the timeout.
RequestParser::HeadEnd RequestParser::find_head_end(std::string_view input) {
  while (true) {
    const std::size_t feed = input.find('\n', scanned_);
    const bool found = feed != kNotFound;
    scanned_ = found ? feed + 1 : input.size();
    if (line_start_ == 0) request_line_ = scanned_;
    if (!found) return HeadEnd::missing;
    if (feed == 0 || input[feed - 1] != '\r') return HeadEnd::bare_line_feed;
    if (scanned_ == line_start_ + 2) return HeadEnd::found;
    line_start_ = scanned_;
  }
}

RequestParser::Progress RequestParser::feed_head(std::string_view& input) {
  // RFC 9112, 2.2: an empty line before the request line is passed over.
  if (!passed_empty_line_ && input.starts_with("\r\n")) {
    passed_empty_line_ = true;
    input.remove_prefix(2);
  }
  if (input.empty() || (!passed_empty_line_ && input == "\r")) return Progress::need_more;
  if (!is_token_character(input[0])) return refuse(400, "the request line does not begin with a method");
  const HeadEnd end = find_head_end(input);
  if (request_line_ > limits_.max_target_bytes + kAroundTarget) return refuse_target();
  if (scanned_ > limits_.max_header_bytes)
    return refuse(431, "the request line and headers together have more than " +
                           std::to_string(limits_.max_header_bytes) + " bytes");
  if (end == HeadEnd::bare_line_feed)
    return refuse(400, "a line of the head ends in a line feed without a carriage return");
  if (end == HeadEnd::missing) return Progress::need_more;
  request_.head_.clear();
  request_.head_.append(input.substr(0, scanned_));
  input.remove_prefix(scanned_);
  return read_head();
}

RequestParser::Progress RequestParser::read_head() {
  const std::string_view head = request_.head_.view();
  error_code error;
  reader_->events->put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error) {
    if (reader_->status != 0) {
      refuse(reader_->status, std::move(reader_->detail));
      refusal_.of_coding = reader_->of_coding;
      return Progress::refused;
    }
    if (error == Error::bad_version && names_other_version(head))
      return refuse(505, "this server speaks HTTP/1.1 and HTTP/1.0");
    if (error == Error::body_limit)
      return refuse(413, "the body has more than " + std::to_string(limits_.max_body_bytes) + " bytes");
    return refuse(400, "malformed HTTP at " + reader_->where() + ": " + error.message());
  }
  if (!accept_head()) return Progress::refused;
  keep_alive_ = reader_->events->keep_alive();
  expects_continue_ = reader_->expects_continue;
  return begin_body(static_cast<std::size_t>(reader_->events->content_length().value_or(0)));
}

RequestParser::Progress RequestParser::begin_body(std::size_t length) {
  if (reader_->chunked)
    body_.begin_chunked();
  else if (length != 0)
    body_.begin_sized(length);
  else
    return Progress::complete;
  stage_ = Stage::body;
  if (reader_->gzip)
    body_.expect_gzip();
  else
    request_.body_.reserve(std::min(length, kReserveAhead));
  return Progress::have_head;
}

bool RequestParser::accept_head() {
  if (request_.target_.size() > limits_.max_target_bytes) {
    refuse_target();
    return false;
  }
  const Target target = parse_target(request_.target_, request_.decoded_path_);
  if (target.wrong != nullptr) {
    refuse(400, std::string("the request's target ") + target.wrong);
    return false;
  }
  request_.path_ = target.path;
  request_.query_ = target.query;
  return accept_host() && accept_length();
}

bool RequestParser::accept_host() {
  const bool needed = !request_.http_1_0_;
  if (reader_->hosts > 1 || (needed && reader_->hosts == 0)) {
    refuse(400, reader_->hosts > 1 ? "more than one Host header" : "no Host header; HTTP/1.1 requires one");
    return false;
  }
  if (reader_->host.find_first_of(" \t,/\\@?#\"<>") != kNotFound) {
    refuse(400, "the Host header is not a host with an optional port");
    return false;
  }
  return true;
}

bool RequestParser::accept_length() {
  const Method method = request_.method_;
  const bool carries_body = method == Method::post || method == Method::put || method == Method::patch;
  const bool means_body = request_.http_1_0_ || request_.header("content-type").has_value();
  if (!reader_->has_length && !reader_->chunked && carries_body && means_body) {
    refuse(411, "the request says that it has a body but not how long it is; send Content-Length, or chunks");
    return false;
  }
  return true;
}

RequestParser::Progress RequestParser::feed_body(std::string_view& input) {
  switch (body_.feed(input, limits_, request_.body_)) {
    case BodyReader::Progress::need_more:
      return Progress::need_more;
    case BodyReader::Progress::complete:
      return Progress::complete;
    case BodyReader::Progress::refused:
      break;
  }
  refusal_ = std::move(body_.refusal());
  return Progress::refused;
}

RequestParser::Progress RequestParser::refuse_target() {
  return refuse(414,
                "the request's target has more than " + std::to_string(limits_.max_target_bytes) + " bytes");
}

RequestParser::Progress RequestParser::refuse(int status, std::string detail) {
  refusal_ = {status, std::move(detail)};
  return Progress::refused;
}

}  // namespace slipway::http
