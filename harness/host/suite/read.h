// Suite files in, resolved suites or every mistake out.
#pragma once

#include "host/suite/catalogue.h"
#include "host/suite/suite.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// One mistake of a suite or of an override.
struct SuiteProblem {
  std::string where;       ///< the file's name, or "--set KEY=VALUE"
  std::size_t line = 0;    ///< from 1; 0: the file as a whole, or an override
  std::size_t column = 0;  ///< in characters, from 1
  std::string message;
  std::string snippet;  ///< the line, and a caret below it; "" without a line

  /// "file:line:column: message", then the snippet; ends with a newline.
  std::string text() const;
};

/// The suite when there is no problem, else every problem, in the order of the file, then those of
/// overrides (after a mistake of syntax: that one alone).
struct SuiteReading {
  Suite suite;
  std::vector<SuiteProblem> problems;

  bool ok() const noexcept { return problems.empty(); }
};

/// `overrides` are "KEY=VALUE" (see override.h), applied in order. Needs no worker: what may be
/// named comes in as `catalogue`. `name` stands for the file in messages.
SuiteReading read_suite_text(std::string_view text, const std::string& name,
                             const Catalogue& catalogue,
                             const std::vector<std::string>& overrides = {});

/// The same of a file. A file that cannot be read is a problem like any other.
SuiteReading read_suite_file(const std::filesystem::path& path, const Catalogue& catalogue,
                             const std::vector<std::string>& overrides = {});

/// read_suite_file for commands that need a good suite: throws Error (wrong use) with every
/// problem.
Suite load_suite(const std::filesystem::path& path, const Catalogue& catalogue,
                 const std::vector<std::string>& overrides = {});

/// All problems' texts, one after the other.
std::string problems_text(const std::vector<SuiteProblem>& problems);

}  // namespace assay
