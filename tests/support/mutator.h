// Damage for tests that feed readers what nobody meant to write. The same inputs for the same seed.
#pragma once

#include <assay/common/parameters_json.h>

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace assay::test {

/// ASSAY_FUZZ_ROUNDS, or `usual` where it is not set.
int fuzz_rounds(int usual);

/// Damages texts byte by byte and piece by piece.
class Mutator {
 public:
  /// `pieces`: what means something to the reader under test.
  Mutator(std::vector<std::string> texts, std::vector<std::string> pieces, unsigned seed)
      : texts_(std::move(texts)), pieces_(std::move(pieces)), random_(seed) {}

  /// One of the texts with one to six mutations.
  std::string next();
  /// Up to forty pieces.
  std::string noise();

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }
  const std::string& piece() { return pieces_[below(pieces_.size())]; }
  void mutate(std::string& text);

  std::vector<std::string> texts_, pieces_;
  std::mt19937 random_;
};

/// Damages documents value by value: they stay JSON.
class JsonMutator {
 public:
  explicit JsonMutator(unsigned seed) : random_(seed) {}

  /// `document` with one to three values replaced, removed, repeated, renamed or added.
  Json next(Json document);

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }
  Json hostile_value();
  void mutate(Json& document);

  std::mt19937 random_;
};

}  // namespace assay::test
