// What slipway-tls.so offers to the host that loads it.
#pragma once

#include "http/tls.hpp"

namespace slipway::http {

// C++ across a shared library, which only programs of the same build may do: `version` comes first and says
// which one it was, before anything else is used.
struct TlsModule {
  const char* version;
  Result<std::unique_ptr<TlsContext>> (*open)(TlsFiles files);
};

}  // namespace slipway::http

extern "C" __attribute__((visibility("default"))) const slipway::http::TlsModule slipway_tls_module;
