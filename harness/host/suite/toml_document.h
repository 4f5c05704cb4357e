// TOML to nodes: the only part that knows the TOML library.
#pragma once

#include "host/suite/node.h"
#include "host/suite/source.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace assay {

/// The root table, or the first mistake of syntax (the library stops there). The text must have
/// passed check_text.
std::variant<Node, Mistake> parse_document(const Source& source);

/// A value as TOML writes it (`3`, `"a"`, `[1, 2]`, `{ x = 1 }`), all of it placed at `at`; nothing
/// when `text` is not one.
std::optional<Node> parse_value(const std::string& text, const Place& at);

}  // namespace assay
