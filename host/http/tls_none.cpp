// A build without OpenSSL.
#include "http/tls.hpp"

namespace slipway::http {

Result<std::unique_ptr<TlsContext>> open_tls(TlsFiles) {
  return Error(
      Code::invalid_argument,
      "tls: this slipway was built without TLS; build it where libssl-dev is installed (meson option "
      "\"tls\"), or take `tls` out of the configuration and put a proxy in front");
}

}  // namespace slipway::http
