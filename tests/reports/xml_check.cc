#include "xml_check.h"
#include "tag_reader.h"

#include <assay/common/text.h>

#include <cctype>
#include <stdexcept>
#include <string_view>

namespace assay::reports::test {

namespace {

class XmlReader : private TagReader {
 public:
  explicit XmlReader(const std::string& text) : TagReader(text) {}

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
    throw std::runtime_error(what + " at " + around(40));
  }

  // Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]
  void check_characters() {
    if (!is_utf8(text_, &at_)) fail("not UTF-8");
    for (at_ = 0; !at_end(); ++at_) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') fail("a control character");
      const std::string_view three = std::string_view(text_).substr(at_, 3);
      if (three == "\ufffe" || three == "\uffff") fail("a character that XML forbids");
    }
    at_ = 0;
  }

  void expect(std::string_view what) {
    if (!eat(what)) fail("expected " + std::string(what));
  }
  void skip_space() {
    while (!at_end() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  std::string name() {
    const std::string found =
        name_of([](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
    if (found.empty()) fail("expected a name");
    return found;
  }

  std::string character() {
    return TagReader::character('<', [this] { fail("a bare & or <"); });
  }

  void attribute(XmlElement& element) {
    const std::string key = name();
    expect("=\"");
    std::string value;
    while (!at_end() && text_[at_] != '"') value += character();
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
    while (!at_end() && !eat("</")) {
      if (text_[at_] == '<') {
        element.children.push_back(this->element());
      } else {
        element.text += character();
      }
    }
    expect(element.name + ">");
    return element;
  }
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
