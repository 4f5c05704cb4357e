// A strict reader of the XML 1.0 that reports write: elements, attributes, text, the five named
// references. Not for XML in general.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace assay::reports::test {

struct XmlElement {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text;  ///< of this element alone, references resolved
  std::vector<XmlElement> children;

  /// All elements of that name at any depth below, in order.
  std::vector<const XmlElement*> all(const std::string& wanted) const;
};

/// The document's element. Throws std::runtime_error at the first thing that is not well-formed.
XmlElement read_xml(const std::string& text);

}  // namespace assay::reports::test
