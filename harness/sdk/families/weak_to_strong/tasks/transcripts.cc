#include "sdk/families/weak_to_strong/tasks/transcripts.h"

#include "sdk/families/debate/players.h"
#include "sdk/families/debate/protocol.h"
#include "sdk/families/debate/tasks/pixels.h"

#include <ATen/ATen.h>
#include <assay/losses.h>

#include <limits>
#include <vector>

namespace assay::weak_to_strong {
namespace {

/// Adds the places of the coarse picture, which lie open, to those that were revealed.
class PictureJudge final : public debate::Judge {
 public:
  PictureJudge(const Model& model, Tensor cell_KNU)
      : judge_(debate::sparse_judge(model)), cell_KNU_(std::move(cell_KNU)) {}

  std::int64_t answers() const override { return judge_->answers(); }

  Tensor logits(const debate::Board& board, const Tensor& place_KGMT) const override {
    const Tensor cell_KGU = cell_KNU_.index_select(1, board.item_G);
    const std::int64_t pixels = board.value_KGV.size(2), cells = cell_KGU.size(2);
    std::vector<std::int64_t> shape = place_KGMT.sizes().vec();
    shape.back() = cells;
    const Tensor open_KGMU = at::arange(pixels, pixels + cells, place_KGMT.options()).expand(shape);
    return judge_->logits({board.item_G, at::cat({board.value_KGV, cell_KGU}, 2)},
                          at::cat({place_KGMT, open_KGMU}, 3));
  }

 private:
  std::unique_ptr<debate::Judge> judge_;
  Tensor cell_KNU_;
};

/// Numbers below `count` that leave `half` when divided by two.
Tensor half_of(std::int64_t half, std::int64_t count, at::Device device) {
  const auto options = at::TensorOptions().dtype(at::kLong).device(device);
  return count > half ? at::arange(half, count, 2, options) : at::empty({0}, options);
}

/// Reveals pixels of a batch whose planes hold all that there is to reveal.
void reveal(Batch& batch, const Streams& pixels, const Streams& none, std::int64_t count,
            std::int64_t cells) {
  const Tensor value_ABW = batch.x.select(2, 1);
  const std::int64_t places = value_ABW.size(2) - cells;
  const auto drawn = [&](const Streams& streams, std::vector<std::int64_t> shape) {
    return batch.row(streams.uniform(shape, batch.step).to(value_ABW.device(), at::kFloat));
  };
  const std::int64_t items = value_ABW.size(1);
  const Tensor shown_ABV = debate::drawn_places(value_ABW.narrow(2, 0, places).gt(0),
                                                drawn(pixels, {items, places}), count)
                               .logical_and(drawn(none, {items, 1}).ge(0.25));
  const Tensor open_ABW =
      at::cat({shown_ABV, at::ones_like(value_ABW.narrow(2, places, cells), at::kBool)}, 2)
          .to(value_ABW.scalar_type());
  batch.x = at::stack({open_ABW, open_ABW * value_ABW}, 2);
}

}  // namespace

Tensor seen(const Pictures& pictures, const Tensor& shown_KNV) {
  const Tensor shown = shown_KNV.to(pictures.pixel_KNV.scalar_type());
  const Tensor mask_KNW = at::cat({shown, at::ones_like(pictures.cell_KNU)}, 2);
  const Tensor value_KNW = at::cat({shown * pictures.pixel_KNV, pictures.cell_KNU}, 2);
  return at::stack({mask_KNW, value_KNW}, 2);
}

Tensor marked(const Tensor& place_KNT, std::int64_t places) {
  const Tensor index_KNT =
      at::where(place_KNT.ge(0), place_KNT, places);  // the last takes the rest
  return at::zeros({place_KNT.size(0), place_KNT.size(1), places + 1},
                   place_KNT.options().dtype(at::kBool))
      .scatter(2, index_KNT, true)
      .narrow(2, 0, places);
}

Tensor random_pixels(const Pictures& pictures, std::int64_t count,
                     const std::vector<std::uint64_t>& seeds, std::int64_t draw) {
  const Tensor legal_KNV = pictures.legal_KNV();
  const Tensor draw_KNV = Streams(seeds, "assay.reveals").uniform(legal_KNV.sizes().slice(1), draw);
  return debate::drawn_places(legal_KNV, draw_KNV.to(legal_KNV.device()), count);
}

Tensor train_judges(const std::shared_ptr<const Network>& network, const Pictures& pictures,
                    const Tensor& label_KN, std::int64_t count, const Recipe& recipe, Run& run) {
  const Tensor& pixel_KNV = pictures.pixel_KNV;
  const Model start{network,
                    initial_parameters(network->layout(), Streams(run.seeds(), "assay.judge"))
                        .to(pixel_KNV.device())};
  const Tensor target_KNC = one_hot(label_KN, network->classes(), start.theta_KP);
  const Tensor all_KNF = seen(pictures, at::ones_like(pixel_KNV, at::kBool));
  const Streams pixels(run.seeds(), "assay.judge.reveals"), none(run.seeds(), "assay.judge.none");
  std::vector<Tensor> theta_KP;
  for (const int half : {0, 1}) {
    run.begin_part(half, 2);
    const Tensor item_M = half_of(1 - half, pixel_KNV.size(1), pixel_KNV.device());
    const Tensor own_KMC = target_KNC.index_select(1, item_M);
    Hooks hooks;
    hooks.prepare = [&](Batch& batch) {
      reveal(batch, pixels, none, count, pictures.cell_KNU.size(2));
    };
    const Objective objective = [&](const Batch& batch) {
      return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(own_KMC)));
    };
    const Dataset data = Dataset::own(all_KNF.index_select(1, item_M));
    theta_KP.push_back(train(start, data, recipe, run, objective, hooks).theta_KP);
  }
  return at::stack(theta_KP, 1);
}

std::unique_ptr<debate::Judge> picture_judge(const std::shared_ptr<const Network>& network,
                                             const Tensor& theta_KP, const Tensor& cell_KNU) {
  return std::make_unique<PictureJudge>(Model{network, theta_KP}, cell_KNU);
}

Transcripts hold_debates(const std::shared_ptr<const Network>& network, const Tensor& theta_KHP,
                         const Pictures& pictures, const Debating& how, std::int64_t draw,
                         Run& run) {
  const Tensor& pixel_KNV = pictures.pixel_KNV;
  const std::int64_t rows = pixel_KNV.size(0), items = pixel_KNV.size(1);
  const auto numbers = at::TensorOptions().dtype(at::kLong).device(pixel_KNV.device());
  Transcripts held{at::zeros({rows, items, 2}, numbers),
                   at::zeros({rows, items, how.turns}, numbers),
                   at::zeros({rows, items, network->classes()}, pixel_KNV.options())};
  const debate::Questions questions{pixel_KNV, pictures.legal_KNV()};
  const auto player = debate::make_player("search", pixel_KNV.size(2), how.calls);
  // The protocol's names of the sides: here the honest one is just the one that begins.
  const debate::Side first = debate::Side::honest;
  const debate::Schedule schedule = how.evidence == Evidence::debate
                                        ? debate::debate_schedule(how.turns, first, false)
                                        : debate::consultancy_schedule(how.turns, first);
  const Tensor swapped_KN1 =
      Streams(run.seeds(), "assay.roles").coin({items, 1}, draw).to(pixel_KNV.device());
  for (const std::int64_t half : {0, 1}) {
    const Tensor item_G = half_of(half, items, pixel_KNV.device());
    if (item_G.numel() == 0) continue;
    const auto judge = picture_judge(network, theta_KHP.select(1, half), pictures.cell_KNU);
    const debate::Board board{item_G, pixel_KNV.index_select(1, item_G)};
    const auto judged = [&](const Tensor& place_KGT) {
      return judge->logits(board, place_KGT.unsqueeze(2)).squeeze(2);
    };
    const Tensor nothing_KGT = at::full({rows, item_G.size(0), how.turns}, -1, numbers);
    const Tensor likeliest_KG2 = std::get<1>(judged(nothing_KGT).topk(2, 2));
    const Tensor answer_KG2 =
        at::where(swapped_KN1.index_select(1, item_G).eq(1), likeliest_KG2.flip(2), likeliest_KG2);
    const debate::Deal deal{item_G, answer_KG2.select(2, 0).contiguous(),
                            answer_KG2.select(2, 1).contiguous()};
    const debate::Match match = debate::play({questions, *judge}, deal, schedule, *player, *player,
                                             (2 * draw + half) * how.turns, run);
    const Tensor logit_KGC = judged(match.place_KGT);
    const double least = -std::numeric_limits<double>::infinity();
    const Tensor argued_KGC =
        at::full_like(logit_KGC, least).scatter(2, answer_KG2, logit_KGC.gather(2, answer_KG2));
    held.answer_KN2.index_copy_(1, item_G, answer_KG2);
    held.place_KNT.index_copy_(1, item_G, match.place_KGT);
    held.verdict_KNC.index_copy_(1, item_G, argued_KGC.softmax(2));
  }
  return held;
}

}  // namespace assay::weak_to_strong
