// Text from plugins, suites and logs, made fit to be shown.
#pragma once

#include <string>
#include <string_view>

namespace assay::reports {

/// Valid UTF-8 without surprises: bytes that are not UTF-8 become U+FFFD; control characters (but
/// newline and tab) and the invisible characters that reverse the direction of text become visible
/// escapes such as \x1b or \u202e. Idempotent.
std::string clean(std::string_view text);

/// clean(), and line breaks become spaces.
std::string one_line(std::string_view text);

/// The first bytes of UTF-8 text, at most `longest`, that end with a whole character; followed by an
/// ellipsis where something was left out.
std::string shortened(const std::string& text, std::size_t longest);

/// An argument as a POSIX shell needs it: quoted unless it is plainly harmless.
std::string shell_word(std::string_view text);

}  // namespace assay::reports
