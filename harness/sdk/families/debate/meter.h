// Judge calls as a debater makes them: counted for each game, and refused beyond its budget.
#pragma once

#include "sdk/families/debate/judge.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/debate.h>

#include <chrono>

namespace assay::debate {

/// A budget or a time that is used up.
class OutOfBudget : public Error {
 public:
  OutOfBudget(const std::string& message, bool time) : Error(message), time(time) {}
  bool time;
};

class Meter {
 public:
  /// For one side's games in one turn. `seconds` 0: no limit.
  Meter(const Judge& judge, const Board& board, const Turn& turn, double seconds);

  /// Turn::judge.
  Tensor ask(const Tensor& place_KGMT, const Tensor& asked_KGM);
  /// Calls so far, int64 [K, G].
  const Tensor& calls_KG() const { return calls_KG_; }
  /// Calls that were made elsewhere, and counted there against the budget.
  void add_calls(const Tensor& calls_KG) { calls_KG_ += calls_KG; }

 private:
  const Judge& judge_;
  Board board_;
  Tensor claim_KG_, other_KG_, calls_KG_;
  std::int64_t turns_, budget_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double seconds_;
};

}  // namespace assay::debate
