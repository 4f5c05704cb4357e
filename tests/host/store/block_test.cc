#include "host/store/block.h"

#include <catch2/catch.hpp>

namespace assay {

TEST_CASE("a block's name tells its seeds") {
  CHECK(block_name({0, 1, 2, 3, 4}) == "0-4");
  CHECK(block_name({7}) == "7");
  CHECK(block_name({1, 3, 8}) == "1_3_8");
  CHECK(block_name({4, 3}) == "4_3");  // not consecutive: the order counts
  const std::string shortened = block_name({100000, 300000, 500000, 700000, 900000, 1100000});
  CHECK(shortened.rfind("100000_1100000_", 0) == 0);
  CHECK(shortened.size() == 15 + 12);
  // The seeds in between are in the hash.
  CHECK(shortened != block_name({100000, 300000, 500001, 700000, 900000, 1100000}));
}

TEST_CASE("names become single path components, different names different ones") {
  CHECK(path_name("logconf-alpha=0.75") == "logconf-alpha=0.75");
  CHECK(path_name("a/b") == "a%2Fb");
  CHECK(path_name("a%2Fb") == "a%252Fb");
  CHECK(path_name("..") == "%2E.");
  CHECK(path_name("a b\n") == "a%20b%0A");
}

}  // namespace assay
