// The hot path under guard: does one request cost what it cost, and does it allocate nothing?
//
//   guard MODELS NAME COUNT       does the work COUNT times, for who counts instructions (guard.py)
//   guard MODELS allocations      TAP: one test for each piece of work
//   guard MODELS describe         JSON: what can be counted, and what this program was made with
#include <gnu/libc-version.h>

#include <boost/version.hpp>
#include <cstdio>
#include <cstdlib>

#include "allocations.hpp"
#include "host.hpp"
#include "work.hpp"

namespace slipway::guard {
namespace {

constexpr std::size_t kWarmUp = 200;
constexpr std::size_t kRequests = 1000;
constexpr std::size_t kHugeDivisor = 20;  // where one request is as long as hundreds

void run(Work& work, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) work.once();
}

void count_instructions(const std::string& models, const std::string& name, std::size_t times) {
  const std::unique_ptr<Work> work = make_work(name, models);
  if (work == nullptr) fail("no such work: " + name);
  run(*work, times);
}

int count_allocations(const std::string& models) {
  std::vector<std::string> names = counted_work();
  names.insert(names.end(), other_work().begin(), other_work().end());
  std::printf("1..%zu\n", names.size());
  bool all = true;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::unique_ptr<Work> work = make_work(names[i], models);
    const std::size_t divisor = names[i].find("MB") != std::string::npos ? kHugeDivisor : 1;
    run(*work, kWarmUp / divisor);
    begin_counting();
    run(*work, kRequests / divisor);
    const std::size_t allocations = end_counting();
    std::printf("%s %zu - %s allocates nothing\n", allocations == 0 ? "ok" : "not ok", i + 1,
                names[i].c_str());
    if (allocations == 0) continue;
    all = false;
    std::printf("# %zu allocations in %zu requests; the first is on standard error\n", allocations,
                kRequests / divisor);
    std::fflush(stdout);
    print_first();
  }
  return all ? EXIT_SUCCESS : EXIT_FAILURE;
}

void describe() {
  std::printf("{\"compiler\": \"" SLIPWAY_COMPILER "\", \"build\": \"" SLIPWAY_BUILD
              "\", \"libc\": \"%s\", \"boost\": \"%s\", \"work\": [",
              ::gnu_get_libc_version(), BOOST_LIB_VERSION);
  for (const std::string& name : counted_work())
    std::printf("%s\"%s\"", &name == &counted_work().front() ? "" : ", ", name.c_str());
  std::printf("]}\n");
}

int main(const std::vector<std::string>& arguments) {
  if (arguments.size() == 3) {
    count_instructions(arguments[0], arguments[1], std::strtoul(arguments[2].c_str(), nullptr, 10));
    return EXIT_SUCCESS;
  }
  if (arguments.size() == 2 && arguments[1] == "allocations") return count_allocations(arguments[0]);
  if (arguments.size() == 2 && arguments[1] == "describe") return describe(), EXIT_SUCCESS;
  fail("usage: guard MODELS (NAME COUNT | allocations | describe)");
}

}  // namespace
}  // namespace slipway::guard

int main(int argc, char** argv) {
  return slipway::guard::main(std::vector<std::string>(argv + 1, argv + argc));
}
