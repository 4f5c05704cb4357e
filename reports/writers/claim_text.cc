#include "reports/writers/claim_text.h"

namespace assay::reports {

std::vector<Finding> claim_findings(const Document& document) {
  for (const Section& section : document.sections) {
    bool below = false;
    for (const Block& block : section.blocks) {
      if (const auto* heading = std::get_if<Heading>(&block.content)) {
        below = heading->id == "claims";
      }
      const auto* findings = std::get_if<Findings>(&block.content);
      if (below && findings != nullptr) return findings->items;
    }
  }
  return {};
}

std::string words(const Text& text) {
  std::string all;
  for (const Span& span : text) all += span.text;
  return all;
}

}  // namespace assay::reports
