#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/debate.h>

#include <algorithm>
#include <functional>
#include <numeric>

namespace assay::debate {

Tensor Practice::play(const Tensor& item_G, const std::function<Moves(const Turn&)>& choose) const {
  return host(item_G, choose);
}

Tensor Turn::judge(const Tensor& place_KGMT, const Tensor& asked_KGM) const {
  return ask(place_KGMT, asked_KGM);
}

Tensor Turn::uniform(const Streams& streams, at::IntArrayRef shape) const {
  const std::int64_t each =
      std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  std::vector<std::int64_t> full = {rows(), games()};
  full.insert(full.end(), shape.begin(), shape.end());
  if (games() == 0) return at::empty(full, at::kDouble);
  // The games of a turn are neighbours but for those that have ended.
  const auto first = game_G.min().item<std::int64_t>();
  const std::int64_t count = game_G.max().item<std::int64_t>() - first + 1;
  Tensor draw_KGS = streams.uniform_part(first * each, count * each, id);
  draw_KGS = draw_KGS.view({rows(), count, each}).index_select(1, game_G.cpu() - first);
  return draw_KGS.view(full).to(place_KGT.device());
}

Tensor Turn::legal_places() const {
  const Tensor count_KG = legal_KGV.sum(2);
  const auto most = count_KG.numel() > 0 ? count_KG.max().item<std::int64_t>() : 0;
  // Legal places first, each part in the order of places.
  const Tensor order_KGV =
      std::get<1>(legal_KGV.to(at::kInt).sort(/*stable=*/true, /*dim=*/2, /*descending=*/true));
  const Tensor number_A = at::arange(most, count_KG.options());
  return order_KGV.narrow(2, 0, most).masked_fill(number_A.ge(count_KG.unsqueeze(2)), -1);
}

Tensor Turn::after(const Tensor& place_KGM) const {
  Tensor place_KGMT = place_KGT.unsqueeze(2).expand({-1, -1, place_KGM.size(2), -1}).clone();
  place_KGMT.select(3, turn).copy_(place_KGM);
  return place_KGMT;
}

std::vector<std::vector<std::int64_t>> place_lists(const Turn& turn) {
  const Tensor list_KGA = turn.legal_places().cpu().contiguous();
  const std::int64_t most = list_KGA.size(2);
  const auto* list = list_KGA.const_data_ptr<std::int64_t>();
  std::vector<std::vector<std::int64_t>> lists;
  for (std::int64_t game = 0; game < turn.rows() * turn.games(); ++game, list += most) {
    lists.emplace_back(list, std::find(list, list + most, -1));
  }
  return lists;
}

Tensor random_place(const Turn& turn, const Streams& streams) {
  const Tensor list_KGA = turn.legal_places();
  const Tensor count_KG = turn.legal_KGV.sum(2);
  const Tensor draw_KG = turn.uniform(streams, {});
  const Tensor number_KG = (draw_KG * count_KG).to(at::kLong);
  return list_KGA.gather(2, number_KG.unsqueeze(2)).squeeze(2);
}

Tensor best_place(const Turn& turn, std::int64_t most, const Streams& streams) {
  Tensor list_KGA = turn.legal_places();
  if (most < 1) throw Error("best_place looks at one place at least");
  if (list_KGA.size(2) > most) {
    const Tensor draw_KGV = turn.uniform(streams, {turn.legal_KGV.size(2)});
    const Tensor chance_KGV = draw_KGV.masked_fill(turn.legal_KGV.logical_not(), -1);
    const Tensor drawn_KGA = std::get<1>(chance_KGV.topk(most, 2));
    const Tensor legal_KGA = turn.legal_KGV.gather(2, drawn_KGA);
    list_KGA = drawn_KGA.masked_fill(legal_KGA.logical_not(), turn.legal_KGV.size(2));
    list_KGA = std::get<0>(list_KGA.sort(2));
    list_KGA = list_KGA.masked_fill(list_KGA.eq(turn.legal_KGV.size(2)), -1);
  }
  const Tensor margin_KGA = turn.judge(turn.after(list_KGA), list_KGA.ge(0));
  return list_KGA.gather(2, margin_KGA.argmax(2, /*keepdim=*/true)).squeeze(2);
}

}  // namespace assay::debate
