// The least that a method of weak_to_strong can be.
#pragma once

#include <assay/weak_to_strong.h>

namespace assay::faults {

struct Minimal : weak_to_strong::Method {
  explicit Minimal(const Parameters&) {}
  Model fit(const weak_to_strong::Problem& problem, Run&) override { return problem.student; }
};

}  // namespace assay::faults
