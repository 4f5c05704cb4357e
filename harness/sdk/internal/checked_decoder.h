// What decoders have in common: what is given to them is checked, and lengths are counted.
#pragma once

#include <assay/decoder.h>

#include <cstdint>
#include <vector>

namespace assay {

/// Throws Decoder's errors; who derives gets what fits, int64 and on the CPU, wherever it came
/// from.
class CheckedDecoder : public Decoder {
 public:
  CheckedDecoder(std::int64_t rows, std::int64_t batch, std::int64_t length,
                 std::int64_t vocabulary)
      : rows_(rows), batch_(batch), length_(length), vocabulary_(vocabulary) {}

  Tensor prefill(const Tensor& tokens_KBT, const Tensor& length_KB) final;
  Tensor step(const Tensor& tokens_KB) final;
  void keep(const Tensor& place_KB) final;

 protected:
  std::int64_t rows() const noexcept { return rows_; }
  std::int64_t batch() const noexcept { return batch_; }    ///< sequences of a row
  std::int64_t length() const noexcept { return length_; }  ///< tokens that there is room for
  /// Tokens of each sequence, without those that append() is about to add.
  const Tensor& used_KB() const noexcept { return used_KB_; }

 private:
  virtual Tensor start(const Tensor& tokens_KBT, const Tensor& length_KB) = 0;
  /// Negative tokens are -1. There is room for the others.
  virtual Tensor append(const Tensor& tokens_KB) = 0;
  /// batch() is still that of before.
  virtual void take(const Tensor& place_KB) = 0;

  void expect(const char* what, const Tensor& came, const std::vector<std::int64_t>& shape) const;
  void expect_room(std::int64_t tokens) const;

  std::int64_t rows_, batch_, length_, vocabulary_;
  Tensor used_KB_;
};

}  // namespace assay
