#include "host.hpp"

#include <cstdio>
#include <cstdlib>

#include "serving/served_version.hpp"
#include "temporary_directory.hpp"

namespace slipway::guard {

void fail(const std::string& why) {
  std::fprintf(stderr, "guard: %s\n", why.c_str());
  std::_Exit(1);
}

std::unique_ptr<model::ModelVersion> load_model(const std::filesystem::path& bundle,
                                                model::Execution execution) {
  const test::TemporaryDirectory cache;
  Result<model::Bundle> opened = model::open_bundle(bundle);
  if (!opened) fail(opened.error().message);
  opened->manifest.execution = execution;
  opened->manifest.limits.timeout = 600 * kSecond;
  Result<std::unique_ptr<model::ModelVersion>> version =
      model::ModelVersion::load(std::move(*opened), cache.path());
  if (!version) fail(version.error().message);
  return std::move(*version);
}

Host::Host(std::vector<std::unique_ptr<model::ModelVersion>> versions)
    : service_(tables_, pool_, shadows_, {}, {}) {
  for (std::unique_ptr<model::ModelVersion>& version : versions) {
    auto route = std::make_shared<model::Route>();
    route->name = version->name();
    route->stable = std::make_shared<serving::ServedVersion>(std::move(version));
    tables_.publish(tables_.current()->with(std::move(route)));
  }
  http::ServerOptions options;
  options.listen = {{"127.0.0.1", 0}};
  Result<std::unique_ptr<http::Server>> server = http::Server::start(options, service_);
  if (!server) fail(server.error().message);
  server_ = std::move(*server);
}

}  // namespace slipway::guard
