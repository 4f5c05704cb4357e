// A suite file as read: values with the places they were written at. Plain data, so that the TOML
// library stays in one source file and overrides are values like any other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Where something was written: in the file at a line and column (characters, from 1; 0: the file
/// as a whole), or in the override of that index.
struct Place {
  int override_index = -1;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct Entry;

struct Node {
  enum class Kind { table, list, text, integer, real, boolean, date };

  Kind kind = Kind::table;
  Place at;
  std::string text;
  std::int64_t integer = 0;
  double real = 0;
  bool boolean = false;
  std::vector<Node> items;     ///< of a list
  std::vector<Entry> entries;  ///< of a table, as ordered in the file

  bool is(Kind wanted) const noexcept { return kind == wanted; }
  /// The value under `key` of a table, or nullptr.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
};

struct Entry {
  std::string key;
  Place at;  ///< of the key
  Node value;
};

inline const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

inline Node* Node::find(std::string_view key) {
  return const_cast<Node*>(static_cast<const Node&>(*this).find(key));
}

/// Something wrong at a place.
struct Mistake {
  Place at;
  std::string message;
};

}  // namespace assay
