#include "authoring/dev_view.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::authoring;

TEST_CASE("of a build's output what the compiler says is shown") {
  CHECK(compiler_messages("[1/3] Building CXX object x.o\n"
                          "FAILED: x.o \n"
                          "/usr/bin/c++ -I a -c x.cpp\n"
                          "x.cpp:1:2: error: no\n"
                          "    1 | no\n"
                          "ninja: build stopped: subcommand failed.\n") ==
        "x.cpp:1:2: error: no\n    1 | no\n");
  CHECK(compiler_messages("-- Generating done\n[ 50%] Building CXX object x.o\n[100%] Built target x\n")
            .empty());
  CHECK(compiler_messages("").empty());
  const std::string many = compiler_messages([] {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "line\n";
    return text;
  }());
  CHECK(many.ends_with("line\n... and 40 more lines\n"));
}

TEST_CASE("durations are told as people do") {
  CHECK(seconds_text(0) == "0 ms");
  CHECK(seconds_text(41'400'000) == "41 ms");
  CHECK(seconds_text(2'340'000'000) == "2.3 s");
}
