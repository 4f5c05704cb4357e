// One token drawn from the logits of its position.
#pragma once

#include <assay/sampling.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace assay {

/// Throws Error for options that make no sense for so many symbols.
void check_sampling(const Sampling& how, std::int64_t symbols);

class NextToken {
 public:
  NextToken(const Sampling& how, std::int64_t symbols);

  /// The weights of all tokens, not normalised, from `symbols` logits; false when one of them is
  /// not finite. Kept until the next call.
  template <class Real>
  bool weigh(const Real* logits);

  const std::vector<double>& weights() const noexcept { return weight_; }
  double total() const noexcept { return total_; }
  /// The first token whose cumulative probability is beyond u in [0, 1).
  std::int64_t at(double u) const noexcept;

 private:
  void keep_top_k();
  void keep_top_p();

  Sampling how_;
  std::vector<double> weight_, sorted_;
  std::vector<std::pair<double, std::int64_t>> order_;
  double total_ = 0;
};

}  // namespace assay
