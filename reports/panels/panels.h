// What a family adds to reports: figures of its own. A family's panels are one file of this folder
// and a line in panels.cc; the rest of the report knows no family by name.
#pragma once

#include "reports/analysis/analysis.h"
#include "reports/model/document.h"

#include <string>
#include <vector>

namespace assay::reports {

/// A benchmark with what was computed of it. `id` is unique in the document: for figures' ids.
struct PanelInput {
  const BenchmarkResults* benchmark;
  const std::vector<std::vector<Measure>>* measures;  ///< [row][metric]
  std::string id;
};

struct FamilyPanels {
  const char* family;
  /// Figures below a benchmark's table.
  std::vector<Block> (*of_benchmark)(const PanelInput& input);
  /// Figures over all of the family's benchmarks, or nullptr. There is one input at least.
  std::vector<Block> (*of_family)(const std::vector<PanelInput>& inputs, const std::string& id);
};

/// nullptr for a family without panels.
const FamilyPanels* panels_of(const std::string& family);

/// Each in the file of its family.
extern const FamilyPanels continual_panels;
extern const FamilyPanels debate_panels;
extern const FamilyPanels delta_panels;
extern const FamilyPanels unlearning_panels;
extern const FamilyPanels weak_to_strong_panels;

}  // namespace assay::reports
