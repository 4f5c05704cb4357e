// Catch2 3 under the header name of version 2, which the tests include. Only on the include path when
// version 3 is installed (Ubuntu 24.04).
#pragma once

#include <catch2/catch_all.hpp>

#include <string>

using Catch::Approx;

namespace Catch::Matchers {
// Version 2's string matcher; version 3 gave the name to containers.
inline StringContainsMatcher Contains(const char* text,
                                      CaseSensitive sensitivity = CaseSensitive::Yes) {
  return ContainsSubstring(std::string(text), sensitivity);
}
inline StringContainsMatcher Contains(const std::string& text,
                                      CaseSensitive sensitivity = CaseSensitive::Yes) {
  return ContainsSubstring(text, sensitivity);
}
}  // namespace Catch::Matchers
