// The family continual as the worker runs it; each part has a file of its own.
#pragma once

#include "sdk/internal/family.h"

namespace assay::continual {

Json description();
Json expansion(const Json& settings);
std::vector<RowOutcome> run_cells(const CellJob& job, Run& run);
std::vector<std::string> check_conformance(const MethodEntry& method);

class Continual final : public Family {
 public:
  std::string id() const override { return "continual"; }
  Json describe() const override { return description(); }
  Json smoke_settings() const override;
  Json expand(const Json& settings) const override { return expansion(settings); }
  std::vector<RowOutcome> run_stage(const StageJob& job, Run& run) const override;
  std::vector<RowOutcome> run_cells(const CellJob& job, Run& run) const override {
    return continual::run_cells(job, run);
  }
  std::vector<std::string> check_conformance(const MethodEntry& method) const override {
    return continual::check_conformance(method);
  }
};

}  // namespace assay::continual
