// A strict reading of a report's HTML: what a browser would forgive is a mistake here.
#pragma once

#include <string>
#include <vector>

namespace assay::reports::test {

struct HtmlFacts {
  std::vector<std::string> mistakes;   ///< tags out of order, bare < or &, double ids, dead links
  std::vector<std::string> tags;       ///< of every element, in order
  std::vector<std::string> addresses;  ///< of href, src and the like, but "#..."
  std::string text;                    ///< between the tags, with references resolved
};

HtmlFacts check_html(const std::string& html);

}  // namespace assay::reports::test
