// The answers to claims as the verdict section words them, for writers that print nothing else of
// it.
#pragma once

#include "reports/model/document.h"

#include <string>
#include <vector>

namespace assay::reports {

/// The findings below the heading "claims", in the suite's order; none where there are no claims.
std::vector<Finding> claim_findings(const Document& document);

/// The words without what they are marked as.
std::string words(const Text& text);

}  // namespace assay::reports
