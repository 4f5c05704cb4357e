// toml++ 3.3 asserts on malformed text that it reports as an error under NDEBUG (`[[[`).
#ifndef NDEBUG
#define NDEBUG
#endif
#define TOML_ENABLE_FORMATTERS 0
#include "host/suite/toml_document.h"

#include "host/suite/text_check.h"

#include <toml++/toml.h>

#include <algorithm>
#include <utility>

namespace assay {

namespace {

Place place(const toml::source_position& position) {
  return {-1, position.line, position.column};
}

Node convert(const toml::node& node) {
  Node converted;
  converted.at = place(node.source().begin);
  switch (node.type()) {
    case toml::node_type::table:
      converted.kind = Node::Kind::table;
      for (const auto& [key, value] : *node.as_table()) {
        converted.entries.push_back(
            {std::string(key.str()), place(key.source().begin), convert(value)});
      }
      // The library sorts by name; messages and sweeps follow the file.
      std::stable_sort(
          converted.entries.begin(), converted.entries.end(), [](const Entry& a, const Entry& b) {
            return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
          });
      break;
    case toml::node_type::array:
      converted.kind = Node::Kind::list;
      for (const toml::node& item : *node.as_array()) converted.items.push_back(convert(item));
      break;
    case toml::node_type::string:
      converted.kind = Node::Kind::text;
      converted.text = node.as_string()->get();
      break;
    case toml::node_type::integer:
      converted.kind = Node::Kind::integer;
      converted.integer = node.as_integer()->get();
      break;
    case toml::node_type::floating_point:
      converted.kind = Node::Kind::real;
      converted.real = node.as_floating_point()->get();
      break;
    case toml::node_type::boolean:
      converted.kind = Node::Kind::boolean;
      converted.boolean = node.as_boolean()->get();
      break;
    default:
      converted.kind = Node::Kind::date;
      break;
  }
  return converted;
}

void place_all(Node& node, const Place& at) {
  node.at = at;
  for (Node& item : node.items) place_all(item, at);
  for (Entry& entry : node.entries) {
    entry.at = at;
    place_all(entry.value, at);
  }
}

// "Error while parsing table header: cannot redefine ..." as "cannot redefine ... (in the table
// header)"
std::string syntax_message(std::string_view description) {
  constexpr std::string_view start = "Error while parsing ";
  std::string message = "not valid TOML: ";
  const std::size_t colon = description.find(": ");
  if (description.substr(0, start.size()) != start || colon == std::string_view::npos) {
    return message.append(description);
  }
  const std::string_view part = description.substr(start.size(), colon - start.size());
  message.append(description.substr(colon + 2)).append(" (in the ").append(part).append(")");
  return message;
}

}  // namespace

std::variant<Node, Mistake> parse_document(const Source& source) {
  try {
    const toml::table root = toml::parse(std::string_view(source.text()));
    Node converted = convert(root);
    converted.at = {};
    return converted;
  } catch (const toml::parse_error& error) {
    return Mistake{place(error.source().begin), syntax_message(error.description())};
  }
}

std::optional<Node> parse_value(const std::string& text, const Place& at) {
  const Source source("value = " + text);
  if (check_text(source)) return std::nullopt;
  auto parsed = parse_document(source);
  Node* root = std::get_if<Node>(&parsed);
  // Text with a line break could bring keys of its own.
  if (root == nullptr || root->entries.size() != 1 || root->entries[0].key != "value") {
    return std::nullopt;
  }
  Node value = std::move(root->entries[0].value);
  place_all(value, at);
  return value;
}

}  // namespace assay
