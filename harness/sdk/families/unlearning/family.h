// The family unlearning as the worker runs it; each part has a file of its own.
#pragma once

#include "sdk/internal/family.h"

namespace assay::unlearning {

Json description();
Json expansion(const Json& settings);
std::vector<RowOutcome> run_stage(const StageJob& job, Run& run);
std::vector<RowOutcome> run_cells(const CellJob& job, Run& run);
std::vector<std::string> check_conformance(const MethodEntry& method);

class Unlearning final : public Family {
 public:
  std::string id() const override { return "unlearning"; }
  Json describe() const override { return description(); }
  Json smoke_settings() const override;
  Json expand(const Json& settings) const override { return expansion(settings); }
  std::vector<RowOutcome> run_stage(const StageJob& job, Run& run) const override {
    return unlearning::run_stage(job, run);
  }
  std::vector<RowOutcome> run_cells(const CellJob& job, Run& run) const override {
    return unlearning::run_cells(job, run);
  }
  std::vector<std::string> check_conformance(const MethodEntry& method) const override {
    return unlearning::check_conformance(method);
  }
};

}  // namespace assay::unlearning
