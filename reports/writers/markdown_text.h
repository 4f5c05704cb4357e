// Foreign text as GitHub's Markdown.
#pragma once

#include <string>
#include <string_view>

namespace assay::reports {

/// One line in which nothing is markup, mentions people or links anywhere: markup's characters are
/// escaped; "@name", "#12" and "://" are broken by an empty comment, which GitHub drops after it has
/// looked for mentions and links.
std::string markdown(std::string_view foreign);

}  // namespace assay::reports
