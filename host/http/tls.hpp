// TLS on connections. OpenSSL stays behind this interface, in a module that a build may do without.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace slipway::http {

// One connection's TLS over a non-blocking socket, which stays the caller's and must outlive it.  [one
// thread] The process must ignore SIGPIPE.
class TlsStream {
 public:
  enum class Outcome {
    done,
    wants_read,   // nothing more can be done until the socket can be read,
    wants_write,  // or written
    ended         // by the client, in order or not; nothing more comes
  };
  struct Progress {
    Outcome outcome;
    std::size_t bytes;  // were received or sent before it
  };
  // Less room than that may leave bytes behind of which the socket says nothing.
  static constexpr std::size_t kRecord = 16 * 1024;

  virtual ~TlsStream() = default;

  // Until it is done nothing can be received or sent.
  virtual Outcome handshake() noexcept = 0;
  // At least kRecord bytes of room.
  virtual Progress receive(char* to, std::size_t room) noexcept = 0;
  // What was not sent is given first the next time, from wherever it lies then. A client that has ended its
  // direction in order can still be told something.
  virtual Progress send(std::string_view bytes) noexcept = 0;
  virtual bool ended() const noexcept = 0;
  // Says that nothing more will be sent (close_notify), if that can be said at once. Again is harmless.
  virtual void say_end() noexcept = 0;
};

// What all connections share: the certificate, its key, the settings.
class TlsContext {
 public:
  virtual ~TlsContext() = default;

  // [any thread] For a connection that was accepted. May throw std::bad_alloc.
  virtual std::unique_ptr<TlsStream> accept(int connection) = 0;

  // [any thread] Reads the files again, for connections that come from now on. What is wrong with them
  // changes nothing.
  virtual Status reload() = 0;

  // [any thread] The last day of the certificate, "2027-01-31".
  virtual std::string expires() const = 0;
};

struct TlsFiles {
  std::string certificate;  // PEM: the host's own certificate first, then those that lead to the root
  std::string key;          // PEM, without a passphrase

  bool none() const { return certificate.empty() && key.empty(); }
};

// Loads OpenSSL, which no host without a certificate needs (tls_module.cpp). The error says which file is
// wrong and why, or that there is no TLS here.
Result<std::unique_ptr<TlsContext>> open_tls(TlsFiles files);

}  // namespace slipway::http
