// Aligned columns for the terminal.
#pragma once

#include <string>
#include <vector>

namespace assay::cli {

class Table {
 public:
  /// Rows may differ in length; the last cell of a row is not padded.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Columns two spaces apart, every line begun with `indent` and ended.
  std::string text(const std::string& indent = "") const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace assay::cli
