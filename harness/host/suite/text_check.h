// What is checked of a suite's text before the TOML parser sees it.
#pragma once

#include "host/suite/source.h"

#include <cstddef>
#include <optional>

namespace assay {

inline constexpr std::size_t largest_suite = 1024 * 1024;  ///< bytes
inline constexpr std::size_t deepest_key = 64;             ///< tables and lists inside one another

/// The first reason not to parse the text: too large, empty, not UTF-8, a NUL byte, nested too
/// deeply. (toml++ 3.3 overflows the stack on 100,000 dotted keys.)
std::optional<Mistake> check_text(const Source& source);

}  // namespace assay
