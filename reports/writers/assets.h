// The style sheet and the script of HTML reports, embedded when the library is built.
#pragma once

#include <string>
#include <string_view>

namespace assay::reports {

struct Asset {
  std::string_view text;
  std::string hash;  ///< "sha256-...", for the content-security-policy
};

const Asset& style_asset();
const Asset& script_asset();

}  // namespace assay::reports
