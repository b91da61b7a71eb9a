// Catch2's own main, apart: it takes longer to compile than the tests.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
