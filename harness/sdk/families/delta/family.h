// The family delta as the worker runs it; each part has a file of its own.
#pragma once

#include "sdk/internal/family.h"

namespace assay::delta {

Json description();
Json expansion(const Json& settings);
std::vector<RowOutcome> run_stage(const StageJob& job, Run& run);
std::vector<RowOutcome> run_cells(const CellJob& job, Run& run);
std::vector<std::string> check_conformance(const MethodEntry& method);

class Delta final : public Family {
 public:
  std::string id() const override { return "delta"; }
  Json describe() const override { return description(); }
  Json smoke_settings() const override;
  Json expand(const Json& settings) const override { return expansion(settings); }
  std::vector<RowOutcome> run_stage(const StageJob& job, Run& run) const override {
    return delta::run_stage(job, run);
  }
  std::vector<RowOutcome> run_cells(const CellJob& job, Run& run) const override {
    return delta::run_cells(job, run);
  }
  std::vector<std::string> check_conformance(const MethodEntry& method) const override {
    return delta::check_conformance(method);
  }
};

}  // namespace assay::delta
