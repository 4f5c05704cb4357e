// Judges that are networks over two planes of places: which are revealed, and what is there.
#include "sdk/families/debate/judge.h"

#include <ATen/ATen.h>

#include <string>
#include <vector>

namespace assay::debate {
namespace {

class PlainJudge final : public Judge {
 public:
  PlainJudge(const Model& model, std::vector<std::int64_t> input, double order)
      : model_(model), input_(std::move(input)), order_(order) {}

  std::int64_t answers() const override { return model_.network->classes(); }

  Tensor logits(const Board& board, const Tensor& place_KGMT) const override {
    const Tensor& value_KGV = board.value_KGV;
    const std::int64_t rows = place_KGMT.size(0), places = value_KGV.size(2);
    std::vector<std::int64_t> shape = place_KGMT.sizes().vec();
    shape.back() = places + 1;  // the last one takes what was not revealed
    const Tensor index_KGMT = at::where(place_KGMT.ge(0), place_KGMT, places);
    const auto spread = [&](const Tensor& weight_T) {
      return at::zeros(shape, value_KGV.options())
          .scatter(3, index_KGMT, weight_T.expand(index_KGMT.sizes()))
          .narrow(3, 0, places);
    };
    const Tensor mask_KGMV = spread(at::ones({1}, value_KGV.options()));
    const Tensor weight_KGMV =
        order_ == 0 ? mask_KGMV
                    : spread(turn_weights(place_KGMT.size(3), order_, value_KGV.options()));
    std::vector<std::int64_t> input = {rows, place_KGMT.size(1) * place_KGMT.size(2)};
    input.insert(input.end(), input_.begin(), input_.end());
    const Tensor x = at::stack({mask_KGMV, weight_KGMV * value_KGV.unsqueeze(2)}, 3).reshape(input);
    const ParameterView parameters(model_.network->layout(), model_.theta_KP);
    const Tensor logit_KBC = model_.network->forward(parameters, x, {}).logits_KBC;
    return logit_KBC.view({rows, place_KGMT.size(1), place_KGMT.size(2), -1});
  }

 private:
  Model model_;
  std::vector<std::int64_t> input_;
  double order_;
};

/// Of an mlp's inputs only the revealed places are not zero: its first layer is the sum of 2 T
/// columns and not a product with 2 V.
class SparseJudge final : public Judge {
 public:
  SparseJudge(const Model& model, double order)
      : answers_(model.network->classes()), order_(order) {
    for (const Slice& slice : model.network->layout().slices()) {
      slices_.push_back(slice_of(model, slice.name).contiguous());
    }
  }

  std::int64_t answers() const override { return answers_; }

  Tensor logits(const Board& board, const Tensor& place_KGMT) const override {
    const std::int64_t rows = place_KGMT.size(0), turns = place_KGMT.size(3);
    const std::int64_t places = board.value_KGV.size(2);
    const Tensor known_KGMT = place_KGMT.ge(0).to(board.value_KGV.scalar_type());
    const Tensor safe_KGMT = place_KGMT.clamp_min(0);
    Tensor value_KGMT =
        board.value_KGV.gather(2, safe_KGMT.flatten(2)).view(place_KGMT.sizes()) * known_KGMT;
    if (order_ != 0) value_KGMT *= turn_weights(turns, order_, value_KGMT.options());
    const Tensor start_K111 =
        at::arange(rows, place_KGMT.options()).view({rows, 1, 1, 1}) * (2 * places);
    const Tensor index_KGMT = safe_KGMT + start_K111;
    const Tensor index_BS = at::cat({index_KGMT, index_KGMT + places}, 3).view({-1, 2 * turns});
    const Tensor weight_BS = at::cat({known_KGMT, value_KGMT}, 3).view({-1, 2 * turns});
    const Tensor offset_B = at::arange(index_BS.size(0), index_BS.options()) * (2 * turns);
    const Tensor sum_BD = std::get<0>(at::embedding_bag(
        slices_[0].flatten(0, 1), index_BS.flatten(), offset_B, /*scale_grad_by_freq=*/false,
        /*mode=*/0, /*sparse=*/false, weight_BS.flatten()));
    Tensor h_KBD = sum_BD.view({rows, -1, sum_BD.size(1)}) + slices_[1].unsqueeze(1);
    for (std::size_t layer = 2; layer < slices_.size(); layer += 2) {
      const Tensor active_KBD = at::relu_(h_KBD);
      h_KBD = at::baddbmm(slices_[layer + 1].unsqueeze(1), active_KBD, slices_[layer]);
    }
    return h_KBD.view({rows, place_KGMT.size(1), place_KGMT.size(2), answers_});
  }

 private:
  std::vector<Tensor> slices_;  // weight [K, in, out] and bias [K, out] of each layer
  std::int64_t answers_;
  double order_;
};

}  // namespace

std::unique_ptr<Judge> plain_network_judge(const Model& model, std::vector<std::int64_t> input,
                                           double order) {
  return std::make_unique<PlainJudge>(model, std::move(input), order);
}

std::unique_ptr<Judge> sparse_judge(const Model& model, double order) {
  return std::make_unique<SparseJudge>(model, order);
}

}  // namespace assay::debate
