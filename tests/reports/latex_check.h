// A strict reader of the LaTeX that reports write, for where no LaTeX is installed.
#pragma once

#include <string>
#include <vector>

namespace assay::reports::test {

struct LatexFacts {
  std::vector<std::string> mistakes;           ///< empty: well-formed
  std::vector<std::vector<std::string>> rows;  ///< of all tables: the cells as written
  std::vector<std::string> bold;               ///< arguments of \textbf
  std::size_t tables = 0;
};

/// Braces, environments and math must be balanced, rows as long as their table is wide, commands
/// known ones, and special characters nowhere but where they are meant.
LatexFacts check_latex(const std::string& latex);

}  // namespace assay::reports::test
