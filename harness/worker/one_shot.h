// The worker's one-shot calls: each returns the document to print (docs/protocol.md section 1).
#pragma once

#include <assay/common/parameters_json.h>

#include <functional>
#include <string>
#include <vector>

namespace assay {

/// A plugin checked against its rules: {"methods": [{"id", "breaches"}]}.
struct Verdict {
  Json document;
  bool conforms = true;
};
Verdict check_plugin(const std::string& file, bool smoke);

/// One benchmark after another; what is wrong with one does not stop the rest.
Json expand_all(const Json& requests);

/// Describes several plugins, reporting each as soon as it is known: PLUGIN, or {"file", "error"}.
/// A crash then costs the answers that were not given yet, no more.
void describe_all(const std::vector<std::string>& files, const std::function<void(const Json&)>& report);

/// {"build", "gflops", "threads", "families"}: for `assay doctor`.
Json probe();

}  // namespace assay
