#include "sdk/families/delta/documents.h"

#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace assay::delta {
namespace {

constexpr std::int64_t most_sections = 10;
// A row softmax(1.6 z), z normal, has the mean entropy of a Dirichlet(.3) row: 2.36 nats of 28
// letters.
constexpr double mean_sections = 5, sharpness = 1.6;

/// Sums of the chain's rows from the left: float64 [letters, letters].
Tensor chain(std::uint64_t seed) {
  constexpr std::int64_t letters = MarkerSymbols::letters;
  const Tensor z = data_streams({seed}, "markers.chain").normal({letters, letters}).squeeze(0);
  return (sharpness * z).softmax(1).cumsum(1).contiguous();
}

/// Poisson(5), cut to 1..10, by inversion.
std::int64_t sections_of(double uniform) {
  double term = std::exp(-mean_sections), sum = term;
  std::int64_t k = 0;
  while (uniform >= sum && k < most_sections) {
    ++k;
    term *= mean_sections / static_cast<double>(k);
    sum += term;
  }
  return std::max<std::int64_t>(k, 1);
}

std::int64_t follower(const double* sums, double uniform) {
  const double* end = sums + MarkerSymbols::letters - 1;  // the last takes what rounding leaves
  return std::upper_bound(sums, end, uniform) - sums;
}

/// One document from its uniform numbers: the count of sections, then one for every token.
void write_document(const DocumentSettings& how, const double* sums, const double* uniform,
                    float* token, bool* mask) {
  const std::int64_t sections = how.sections > 0 ? how.sections : sections_of(*uniform);
  ++uniform;
  token[0] = static_cast<float>(MarkerSymbols::begin);
  std::int64_t place = 1;
  std::int64_t letter = -1;
  const auto put = [&](std::int64_t symbol) {
    if (place >= how.length) return;
    token[place] = static_cast<float>(symbol);
    mask[place++] = true;
  };
  for (std::int64_t section = 0; section < sections && place < how.length; ++section) {
    // The number at the marker's place says how many letters follow.
    const auto letters = 3 + how.longer + static_cast<std::int64_t>(uniform[place] * 4);
    put(MarkerSymbols::marker);
    for (std::int64_t i = 0; i < letters && place < how.length; ++i) {
      const double draw = uniform[place];
      letter = letter < 0 ? static_cast<std::int64_t>(draw * MarkerSymbols::letters)
                          : follower(sums + letter * MarkerSymbols::letters, draw);
      put(MarkerSymbols::first_letter + letter);
    }
  }
  put(MarkerSymbols::end);
}

}  // namespace

Documents draw_documents(const DocumentSettings& how, const std::string& part, std::int64_t count,
                         const Seeds& seeds) {
  const auto rows = static_cast<std::int64_t>(seeds.size());
  Documents documents{at::zeros({rows, count, how.length}, at::kFloat),
                      at::zeros({rows, count, how.length}, at::kBool)};
  float* token = documents.token_KNT.mutable_data_ptr<float>();
  bool* mask = documents.mask_KNT.mutable_data_ptr<bool>();
  for (const std::uint64_t seed : seeds) {
    const Tensor sums = chain(seed);
    const Tensor uniform_ND =
        data_streams({seed}, "markers." + part).uniform({count, how.length + 1});
    const double* uniform = uniform_ND.const_data_ptr<double>();
    for (std::int64_t n = 0; n < count; ++n) {
      write_document(how, sums.const_data_ptr<double>(), uniform, token, mask);
      uniform += how.length + 1;
      token += how.length;
      mask += how.length;
    }
  }
  return documents;
}

}  // namespace assay::delta
