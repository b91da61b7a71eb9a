// A keep-alive connection to a host, and answers read from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace storm {

struct Address {
  std::string host = "127.0.0.1";  // IPv4
  std::uint16_t port = 0;
  std::string socket;  // a Unix socket's path, instead of the two above
};

// One answer; the views are good until the connection's next call.
struct Answer {
  int status = 0;
  std::string_view version;  // X-Model-Version
  std::string_view body;
};

// Throws std::runtime_error with what is wrong.
class Connection {
 public:
  explicit Connection(const Address& address);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  int descriptor() const { return descriptor_; }
  void send(std::string_view text);
  // Waits for one whole answer.
  Answer receive();
  // Takes what has arrived, without waiting. False: the answer is not complete yet.
  bool receive_now(Answer& answer);

 private:
  bool parse(Answer& answer);
  bool read_more(int flags);

  int descriptor_;
  std::string received_;
  std::size_t used_ = 0;  // of what was received, by the last answer
};

std::string post(std::string_view path, std::string_view body);
std::string get(std::string_view path);

}  // namespace storm
