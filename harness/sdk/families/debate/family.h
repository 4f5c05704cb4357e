// The family debate as the worker runs it; each part has a file of its own.
#pragma once

#include "sdk/internal/family.h"

namespace assay::debate {

Json description();
Json expansion(const Json& settings);
std::vector<RowOutcome> run_stage(const StageJob& job, Run& run);
std::vector<RowOutcome> run_cells(const CellJob& job, Run& run);
std::vector<std::string> check_conformance(const MethodEntry& method);

class Debate final : public Family {
 public:
  std::string id() const override { return "debate"; }
  Json describe() const override { return description(); }
  Json smoke_settings() const override;
  Json expand(const Json& settings) const override { return expansion(settings); }
  std::vector<RowOutcome> run_stage(const StageJob& job, Run& run) const override {
    return debate::run_stage(job, run);
  }
  std::vector<RowOutcome> run_cells(const CellJob& job, Run& run) const override {
    return debate::run_cells(job, run);
  }
  std::vector<std::string> check_conformance(const MethodEntry& method) const override {
    return debate::check_conformance(method);
  }
};

}  // namespace assay::debate
