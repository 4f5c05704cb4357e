#include "xml_check.h"

#include <assay/common/text.h>

#include <cctype>
#include <stdexcept>
#include <string_view>

namespace assay::reports::test {

namespace {

class XmlReader {
 public:
  explicit XmlReader(const std::string& text) : text_(text) {}

  XmlElement read() {
    check_characters();
    expect("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    skip_space();
    XmlElement root = element();
    skip_space();
    if (at_ != text_.size()) fail("something after the document");
    return root;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(what + " at byte " + std::to_string(at_) + ": " +
                             text_.substr(at_ < 40 ? 0 : at_ - 40, 80));
  }

  // Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]
  void check_characters() {
    if (!is_utf8(text_, &at_)) fail("not UTF-8");
    for (at_ = 0; at_ < text_.size(); ++at_) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') fail("a control character");
      const std::string_view three = std::string_view(text_).substr(at_, 3);
      if (three == "\ufffe" || three == "\uffff") fail("a character that XML forbids");
    }
    at_ = 0;
  }

  bool eat(std::string_view what) {
    if (text_.compare(at_, what.size(), what) != 0) return false;
    at_ += what.size();
    return true;
  }
  void expect(std::string_view what) {
    if (!eat(what)) fail("expected " + std::string(what));
  }
  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  std::string name() {
    const std::size_t from = at_;
    while (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    if (from == at_) fail("expected a name");
    return text_.substr(from, at_ - from);
  }

  std::string character() {
    for (const auto& [reference, meaning] : {std::pair{"&lt;", "<"},
                                             {"&gt;", ">"},
                                             {"&amp;", "&"},
                                             {"&quot;", "\""},
                                             {"&#39;", "'"}}) {
      if (eat(reference)) return meaning;
    }
    if (text_[at_] == '&' || text_[at_] == '<') fail("a bare & or <");
    return std::string(1, text_[at_++]);
  }

  void attribute(XmlElement& element) {
    const std::string key = name();
    expect("=\"");
    std::string value;
    while (at_ < text_.size() && text_[at_] != '"') value += character();
    expect("\"");
    if (!element.attributes.emplace(key, value).second) fail("the attribute " + key + " twice");
  }

  XmlElement element() {
    expect("<");
    XmlElement element;
    element.name = name();
    while (eat(" ")) attribute(element);
    if (eat("/>")) return element;
    expect(">");
    while (at_ < text_.size() && !eat("</")) {
      if (text_[at_] == '<') {
        element.children.push_back(this->element());
      } else {
        element.text += character();
      }
    }
    expect(element.name + ">");
    return element;
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<const XmlElement*> XmlElement::all(const std::string& wanted) const {
  std::vector<const XmlElement*> found;
  for (const XmlElement& child : children) {
    if (child.name == wanted) found.push_back(&child);
    const std::vector<const XmlElement*> below = child.all(wanted);
    found.insert(found.end(), below.begin(), below.end());
  }
  return found;
}

XmlElement read_xml(const std::string& text) {
  return XmlReader(text).read();
}

}  // namespace assay::reports::test
