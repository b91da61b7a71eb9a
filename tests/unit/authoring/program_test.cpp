#include "authoring/program.hpp"

#include <poll.h>
#include <catch2/catch.hpp>

#include "authoring/launch.hpp"
#include "temporary_directory.hpp"

using namespace slipway;
using namespace slipway::authoring;
using Catch::Matchers::Contains;

namespace {

// What it has written by its end, and its exit status.
std::pair<std::string, int> run(const std::vector<std::string>& arguments,
                                const std::filesystem::path& folder) {
  Result<Program> program = Program::start(arguments, folder);
  REQUIRE(program);
  std::string text;
  pollfd readable{program->output(), POLLIN, 0};
  do ::poll(&readable, 1, -1);
  while (program->read(text));
  return {text, program->wait()};
}

}  // namespace

TEST_CASE("a program runs in its folder, and what it writes and how it ends is known") {
  const test::TemporaryDirectory folder;
  CHECK(run({"sh", "-c", "pwd; echo wrong >&2; exit 3"}, folder.path()) ==
        std::pair<std::string, int>(std::filesystem::canonical(folder.path()).string() + "\nwrong\n", 3));
  CHECK(run({"/bin/sh", "-c", "kill -TERM $$"}, folder.path()).second == 128 + 15);
  CHECK(run({"sh", "-c", "cat"}, folder.path()) == std::pair<std::string, int>("", 0));  // nothing to read
}

TEST_CASE("a program that is asked to end takes its children along") {
  const test::TemporaryDirectory folder;
  Result<Program> program = Program::start({"sh", "-c", "echo begun; sleep 1000 & wait"}, folder.path());
  REQUIRE(program);
  std::string text;
  while (text.empty()) (void)program->read(text);
  program->terminate();
  CHECK(program->wait() == 128 + 15);
}

TEST_CASE("a program that is not there is named") {
  const Result<Program> program = Program::start({"no-such-program-anywhere"}, ".");
  REQUIRE_FALSE(program);
  CHECK_THAT(program.error().message, Contains("no-such-program-anywhere"));
  CHECK(find_program("no-such-program-anywhere").empty());
  CHECK(find_program("sh").is_absolute());
  CHECK(find_program("..").empty());  // a folder that may be entered
}
