#include "sdk/internal/next_token.h"

#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <sstream>

namespace assay {

void check_sampling(const Sampling& how, std::int64_t symbols) {
  std::ostringstream fault;
  if (!std::isfinite(how.temperature) || how.temperature < 0) {
    fault << "temperature " << how.temperature << " is not a number from 0 on";
  } else if (how.top_k < 0) {
    fault << "top_k " << how.top_k << " is negative (0: all tokens)";
  } else if (!(how.top_p > 0 && how.top_p <= 1)) {
    fault << "top_p " << how.top_p << " is not above 0 and at most 1";
  } else if (how.stop >= symbols) {
    fault << "stop token " << how.stop << " is not among the " << symbols << " symbols";
  } else {
    return;
  }
  throw Error("sampling: " + fault.str());
}

NextToken::NextToken(const Sampling& how, std::int64_t symbols)
    : how_(how), weight_(static_cast<std::size_t>(symbols)) {
  check_sampling(how, symbols);
}

template <class Real>
bool NextToken::weigh(const Real* logits) {
  std::size_t likeliest = 0;
  double poison = 0;
  for (std::size_t v = 0; v < weight_.size(); ++v) {
    if (logits[v] > logits[likeliest]) likeliest = v;
    poison += 0 * static_cast<double>(logits[v]);
  }
  if (!std::isfinite(poison)) return false;
  if (how_.temperature == 0) {
    std::fill(weight_.begin(), weight_.end(), 0.0);
    weight_[likeliest] = total_ = 1;
    return true;
  }
  const double largest = logits[likeliest];
  for (std::size_t v = 0; v < weight_.size(); ++v) {
    weight_[v] = std::exp((static_cast<double>(logits[v]) - largest) / how_.temperature);
  }
  if (how_.top_k > 0 && static_cast<std::size_t>(how_.top_k) < weight_.size()) keep_top_k();
  if (how_.top_p < 1) keep_top_p();
  total_ = 0;
  for (const double weight : weight_) total_ += weight;
  return true;
}

template bool NextToken::weigh(const float* logits);
template bool NextToken::weigh(const double* logits);

void NextToken::keep_top_k() {
  sorted_ = weight_;
  const auto last = sorted_.begin() + (how_.top_k - 1);
  std::nth_element(sorted_.begin(), last, sorted_.end(), std::greater<>());
  for (double& weight : weight_) {
    if (weight < *last) weight = 0;
  }
}

void NextToken::keep_top_p() {
  order_.clear();
  double sum = 0;
  for (std::size_t v = 0; v < weight_.size(); ++v) {
    // Negative, so that sorting puts the likeliest first and of equals the first token.
    order_.emplace_back(-weight_[v], static_cast<std::int64_t>(v));
    sum += weight_[v];
  }
  std::sort(order_.begin(), order_.end());
  double before = 0;
  for (const auto& [negative, token] : order_) {
    if (before >= how_.top_p * sum) weight_[static_cast<std::size_t>(token)] = 0;
    before -= negative;
  }
}

std::int64_t NextToken::at(double u) const noexcept {
  const double wanted = u * total_;
  double sum = 0;
  std::size_t last = 0;
  for (std::size_t v = 0; v < weight_.size(); ++v) {
    if (weight_[v] <= 0) continue;
    last = v;
    sum += weight_[v];
    if (sum > wanted) break;
  }
  return static_cast<std::int64_t>(last);  // also where rounding left the sum below u
}

Tensor sampling_probabilities(const Tensor& logits_V, const Sampling& how) {
  if (logits_V.dim() < 1 || logits_V.size(-1) < 1) {
    throw Error("sampling_probabilities: expected logits [..., V], got " + shape_text(logits_V));
  }
  const Tensor logits = logits_V.detach().to(at::kCPU, at::kDouble).contiguous();
  const std::int64_t symbols = logits.size(-1);
  Tensor probability_V = at::empty_like(logits);
  NextToken next(how, symbols);
  const double* from = logits.const_data_ptr<double>();
  double* to = probability_V.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < logits.numel(); i += symbols, from += symbols, to += symbols) {
    if (next.weigh(from)) {
      std::transform(next.weights().begin(), next.weights().end(), to,
                     [&](double weight) { return weight / next.total(); });
    } else {
      std::fill(to, to + symbols, std::numeric_limits<double>::quiet_NaN());
    }
  }
  return probability_V;
}

}  // namespace assay
