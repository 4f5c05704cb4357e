// A comparison as a document. The text for terminals is the command's (harness/cli/compare.cc).
#pragma once

#include "reports/compare/compare.h"

#include <string>

namespace assay::reports {

/// GitHub's Markdown: the verdict, what differs between the runs, what changed, then every
/// comparison and every seed folded away. Foreign text is escaped.
std::string compare_markdown(const RunComparison& comparison);

/// Format "assay-compare", version 1 (docs/compare.md).
std::string compare_json(const RunComparison& comparison);

}  // namespace assay::reports
