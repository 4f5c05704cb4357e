#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/sequence_metrics.h>
#include <assay/sequences.h>

#include <ATen/ATen.h>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace assay::metrics {
namespace {

// The mean of sums over what counts: NaN where nothing does.
Tensor share(const Tensor& sum_K, const Tensor& count_K) {
  return at::where(count_K.gt(0), sum_K / count_K, std::numeric_limits<double>::quiet_NaN());
}

void check_mask(const char* what, const Tensor& mask_KNT) {
  if (mask_KNT.dim() == 3 && mask_KNT.size(2) > 0) return;
  throw Error(std::string(what) + ": expected a mask [rows, sequences, tokens], got " +
              shape_text(mask_KNT));
}

Tensor lengths(const Tensor& mask_KNT) {
  return sequence_lengths(mask_KNT).to(at::kCPU, at::kDouble);
}

Tensor sums(const Tensor& value_KNT, const Tensor& mask_KNT) {
  return sequence_sums(value_KNT.to(at::kDouble), mask_KNT).to(at::kCPU);
}

}  // namespace

Tensor mean_length(const Tensor& mask_KNT) {
  check_mask("mean_length", mask_KNT);
  const Tensor length_KN = lengths(mask_KNT);
  return share(length_KN.sum(1), length_KN.gt(0).sum(1));
}

Tensor mean_of_sequences(const Tensor& value_KNT, const Tensor& mask_KNT) {
  check_mask("mean_of_sequences", mask_KNT);
  return share(sums(value_KNT, mask_KNT).sum(1), lengths(mask_KNT).gt(0).sum(1));
}

Tensor mean_of_tokens(const Tensor& value_KNT, const Tensor& mask_KNT) {
  check_mask("mean_of_tokens", mask_KNT);
  return share(sums(value_KNT, mask_KNT).sum(1), lengths(mask_KNT).sum(1));
}

Tensor distinct(const Tensor& token_KNT, const Tensor& mask_KNT, std::int64_t n) {
  check_mask("distinct", mask_KNT);
  if (token_KNT.sizes() != mask_KNT.sizes() || n < 1) {
    throw Error("distinct: expected tokens of the mask's shape and n from 1 on, got " +
                shape_text(token_KNT) + ", " + shape_text(mask_KNT) + " and " + std::to_string(n));
  }
  const Tensor tokens = token_KNT.to(at::kCPU, at::kLong).contiguous();
  const Tensor counts = mask_KNT.to(at::kCPU).ne(0).contiguous();
  const auto* token = tokens.const_data_ptr<std::int64_t>();
  const bool* counted = counts.const_data_ptr<bool>();
  const std::int64_t sequences = tokens.size(1), length = tokens.size(2);
  std::vector<double> value_K;
  for (std::int64_t row = 0; row < tokens.size(0); ++row) {
    std::set<std::vector<std::int64_t>> seen;
    double all = 0;
    for (std::int64_t i = 0; i < sequences; ++i, token += length, counted += length) {
      for (std::int64_t t = 0, run = 0; t < length; ++t) {
        run = counted[t] ? run + 1 : 0;
        if (run < n) continue;
        seen.emplace(token + t + 1 - n, token + t + 1);
        ++all;
      }
    }
    value_K.push_back(all > 0 ? static_cast<double>(seen.size()) / all
                              : std::numeric_limits<double>::quiet_NaN());
  }
  return at::tensor(at::ArrayRef<double>(value_K), at::kDouble);
}

}  // namespace assay::metrics
