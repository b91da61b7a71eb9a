#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <ctime>
#include <mutex>
#include <new>
#include <utility>

#include "base/file.hpp"
#include "http/tls_module.hpp"

namespace slipway::http {
namespace {

constexpr std::size_t kPemBytes = 1u << 20;
constexpr int kRecordsPerTurn = 4;
// TLS 1.2: forward secrecy and authenticated encryption only. Those of TLS 1.3 are all of that kind.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view kAlpn = "\x08http/1.1";

template <auto kFree>
struct Freed {
  template <class Type>
  void operator()(Type* object) const {
    kFree(object);
  }
};
using Ssl = std::unique_ptr<SSL, Freed<SSL_free>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;

class Stream final : public TlsStream {
 public:
  explicit Stream(Ssl ssl) : ssl_(std::move(ssl)) {}

  Outcome handshake() noexcept override {
    ERR_clear_error();
    const Outcome outcome = outcome_of(SSL_accept(ssl_.get()));
    speaks_ = outcome == Outcome::done;
    return outcome;
  }

  // Record by record, each of them whole: what came must not lie in the stream when the socket is waited for.
  // A few only, as they may be small, and others wait for their turn.
  Progress receive(char* to, std::size_t room) noexcept override {
    std::size_t got = 0;
    for (int record = 0; record < kRecordsPerTurn && !ended_ && room - got >= kRecord; ++record) {
      std::size_t bytes = 0;
      ERR_clear_error();
      const Outcome outcome = outcome_of(SSL_read_ex(ssl_.get(), to + got, room - got, &bytes));
      got += bytes;
      if (outcome != Outcome::done) return {outcome, got};
    }
    return {ended_ ? Outcome::ended : Outcome::done, got};
  }

  Progress send(std::string_view bytes) noexcept override {
    std::size_t sent = 0;
    while (speaks_ && sent < bytes.size()) {
      std::size_t put = 0;
      ERR_clear_error();
      const Outcome outcome =
          outcome_of(SSL_write_ex(ssl_.get(), bytes.data() + sent, bytes.size() - sent, &put));
      sent += put;
      if (outcome != Outcome::done) return {outcome, sent};
    }
    return {sent < bytes.size() ? Outcome::ended : Outcome::done, sent};
  }

  bool ended() const noexcept override { return ended_; }

  void say_end() noexcept override {
    if (!std::exchange(speaks_, false)) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }

 private:
  Outcome outcome_of(int result) noexcept {
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_NONE:
        return Outcome::done;
      case SSL_ERROR_WANT_READ:
        return Outcome::wants_read;
      case SSL_ERROR_WANT_WRITE:
        return Outcome::wants_write;
      case SSL_ERROR_ZERO_RETURN:
        break;  // the client says no more, but listens
      default:
        speaks_ = false;  // OpenSSL must not be called again after these
    }
    ended_ = true;
    return Outcome::ended;
  }

  Ssl ssl_;
  bool speaks_ = false;  // the handshake was done, and neither side broke off
  bool ended_ = false;
};

// What OpenSSL has against it, in its words.
std::string complaint() {
  const unsigned long code = ERR_peek_last_error();
  const char* const reason = ERR_reason_error_string(code);
  return reason == nullptr ? "OpenSSL does not say why" : reason;
}

Error wrong(const std::string& file, const std::string& why) {
  return {Code::invalid_argument, "tls: " + file + ": " + why};
}

int no_passphrase(char*, int, int, void*) {
  return -1;  // OpenSSL would ask the terminal
}

// A text that is wiped when it goes.
struct Secret {
  std::string text;
  ~Secret() { OPENSSL_cleanse(text.data(), text.size()); }
};

Result<Bio> read_pem(const std::string& file, Secret& text) {
  Result<std::string> read = read_file(file, kPemBytes);
  if (!read) return std::move(read).error().within("tls");
  text.text = std::move(*read);
  Bio bio(BIO_new_mem_buf(text.text.data(), static_cast<int>(text.text.size())));
  if (bio == nullptr) throw std::bad_alloc();
  return bio;
}

Status use_certificates(SSL_CTX* context, const std::string& file) {
  Secret text;
  const Result<Bio> bio = read_pem(file, text);
  if (!bio) return bio.error();
  ERR_clear_error();
  const Certificate own(PEM_read_bio_X509_AUX(bio->get(), nullptr, no_passphrase, nullptr));
  if (own == nullptr)
    return wrong(file, "there is no certificate in PEM form (-----BEGIN CERTIFICATE-----) in it (" +
                           complaint() + ")");
  if (SSL_CTX_use_certificate(context, own.get()) != 1)
    return wrong(file, "the certificate cannot be used: " + complaint());
  for (;;) {
    Certificate next(PEM_read_bio_X509(bio->get(), nullptr, no_passphrase, nullptr));
    if (next == nullptr) break;
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1)
      return wrong(file, "a certificate of the chain cannot be used: " + complaint());
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end) return wrong(file, "a certificate of the chain is damaged: " + complaint());
  return {};
}

Status use_key(SSL_CTX* context, const TlsFiles& files) {
  Secret text;
  const Result<Bio> bio = read_pem(files.key, text);
  if (!bio) return bio.error();
  ERR_clear_error();
  const Key key(PEM_read_bio_PrivateKey(bio->get(), nullptr, no_passphrase, nullptr));
  if (key == nullptr)
    return wrong(files.key,
                 "there is no private key in PEM form without a passphrase in it (" + complaint() + ")");
  // Looked at first: using the key would take a certificate that it does not fit out of the context.
  if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1)
    return wrong(files.key, "it is not the key of the certificate in " + files.certificate +
                                "; give the key that the certificate was made for");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    return wrong(files.key, "the key cannot be used: " + complaint());
  return {};
}

// A client that speaks other protocols only is told so: nothing else is spoken here.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  const auto* const ours = reinterpret_cast<const unsigned char*>(kAlpn.data());
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, ours, static_cast<unsigned>(kAlpn.size()),
                                          offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Result<Context> make_context(const TlsFiles& files) {
  Context context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) throw std::bad_alloc();
  SSL_CTX_set_options(context.get(),
                      SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // An idle connection keeps no buffers; an answer is sent on from where it lies by then.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);  // a flood of key updates must not keep the thread
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);  // the clients keep their tickets
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  if (SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context.get(), kCiphers) != 1)
    return Error(Code::internal, "tls: OpenSSL cannot be set up: " + complaint());
  if (Status used = use_certificates(context.get(), files.certificate); !used) return std::move(used).error();
  if (Status used = use_key(context.get(), files); !used) return std::move(used).error();
  return context;
}

class Contexts final : public TlsContext {
 public:
  Contexts(TlsFiles files, Context context) : files_(std::move(files)), context_(std::move(context)) {}

  std::unique_ptr<TlsStream> accept(int connection) override {
    Ssl ssl;
    {
      const std::lock_guard lock(mutex_);
      ssl.reset(SSL_new(context_.get()));  // keeps the context that it was made from
    }
    if (ssl == nullptr || SSL_set_fd(ssl.get(), connection) != 1) throw std::bad_alloc();
    return std::make_unique<Stream>(std::move(ssl));
  }

  Status reload() override {
    Result<Context> made = make_context(files_);
    if (!made) return std::move(made).error();
    const std::lock_guard lock(mutex_);
    context_.swap(*made);
    return {};
  }

  std::string expires() const override {
    const std::lock_guard lock(mutex_);
    std::tm day{};
    std::array<char, 16> text{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context_.get())), &day) != 1) return {};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d", &day)};
  }

 private:
  const TlsFiles files_;
  mutable std::mutex mutex_;  // of what follows; taken once for each connection
  Context context_;
};

Result<std::unique_ptr<TlsContext>> open(TlsFiles files) {
  if (files.certificate.empty() || files.key.empty())
    return Error(Code::invalid_argument,
                 "tls: a certificate and its key go together; give both (--tls-certificate and --tls-key)");
  Result<Context> made = make_context(files);
  if (!made) return std::move(made).error();
  return std::unique_ptr<TlsContext>(std::make_unique<Contexts>(std::move(files), std::move(*made)));
}

}  // namespace
}  // namespace slipway::http

const slipway::http::TlsModule slipway_tls_module{SLIPWAY_VERSION, slipway::http::open};
