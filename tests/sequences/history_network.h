// A network of sequences small enough to enumerate all that it can say.
#pragma once

#include "sdk/internal/whole_decoder.h"

#include <assay/network.h>

#include <ATen/ATen.h>
#include <memory>

namespace assay::testing {

/// Logits after tokens ..., a, b: now[b] + before[a] (before[a] left out for the first token).
class HistoryNetwork final : public Network, public std::enable_shared_from_this<HistoryNetwork> {
 public:
  explicit HistoryNetwork(std::int64_t symbols) : symbols_(symbols) {
    layout_.add("now", {symbols, symbols}, Initial::zero);
    layout_.add("before", {symbols, symbols}, Initial::zero);
  }

  Outputs forward(const ParameterView& parameters, const Tensor& x, const Mode&) const override {
    const Tensor token = x.to(at::kLong);
    Tensor logits = look_up(parameters[0], token);
    const Tensor earlier = at::constant_pad_nd(
        look_up(parameters[1], token.slice(-1, 0, token.size(-1) - 1)), {0, 0, 1, 0}, 0);
    return {logits + earlier, {}};
  }
  const Layout& layout() const override { return layout_; }
  std::int64_t classes() const override { return symbols_; }
  bool causal() const override { return true; }
  double forward_flops() const override { return 12; }
  std::unique_ptr<Decoder> decoder(const Tensor& theta_KP, std::int64_t batch,
                                   std::int64_t length) const override {
    return make_whole_decoder({shared_from_this(), theta_KP}, batch, length);
  }

 private:
  // Row k's table at tokens [K or 1, ..., T]: [K, ..., T, V].
  static Tensor look_up(const Tensor& table_KVV, const Tensor& token) {
    std::vector<Tensor> rows;
    for (std::int64_t k = 0; k < table_KVV.size(0); ++k) {
      const Tensor of_row = token[token.size(0) == 1 ? 0 : k];
      std::vector<std::int64_t> shape = of_row.sizes().vec();
      shape.push_back(table_KVV.size(2));
      rows.push_back(table_KVV[k].index_select(0, of_row.reshape(-1)).view(shape));
    }
    return at::stack(rows);
  }

  std::int64_t symbols_;
  Layout layout_;
};

inline Model history_model(const std::vector<std::uint64_t>& seeds, std::int64_t symbols,
                           at::ScalarType type = at::kDouble) {
  const auto network = std::make_shared<HistoryNetwork>(symbols);
  return {network, Streams(seeds, "test.history").normal({network->layout().size()}).to(type)};
}

}  // namespace assay::testing
