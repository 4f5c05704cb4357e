// Builds HTML and SVG that is well-formed by construction: tags close in order, text and attribute
// values are escaped.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::reports {

class Markup {
 public:
  /// Attributes with an empty value are left out.
  using Attributes = std::initializer_list<std::pair<const char*, std::string>>;

  Markup& open(const char* tag, Attributes attributes = {});
  /// Closes the innermost open tag.
  Markup& close();
  /// A tag without content.
  Markup& empty(const char* tag, Attributes attributes = {});
  /// Escaped and cleaned (plain_text.h).
  Markup& text(std::string_view text);
  /// open, text, close.
  Markup& element(const char* tag, Attributes attributes, std::string_view text);
  /// As it stands: for assets of the report's own.
  Markup& raw(std::string_view text);
  Markup& line() { return raw("\n"); }

  /// The document. Throws Error when a tag is still open.
  std::string take();

 private:
  void begin(const char* tag, Attributes attributes);

  std::string out_;
  std::vector<const char*> open_;
};

/// `<`, `>`, `&` and quotes as character references, after clean().
std::string escape(std::string_view text);

}  // namespace assay::reports
