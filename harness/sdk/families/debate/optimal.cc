#include "sdk/families/debate/optimal.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <algorithm>

namespace assay::debate {
namespace {

/// All sequences of `turns` different places, in lexicographic order, int64 [M, T].
Tensor sequences(std::int64_t places, std::int64_t turns) {
  Tensor all_MT = at::arange(places, at::kLong).unsqueeze(1);
  for (std::int64_t turn = 1; turn < turns; ++turn) {
    const std::int64_t count = all_MT.size(0);
    const Tensor next_MV = at::arange(places, at::kLong).expand({count, places});
    const Tensor free_MV = next_MV.unsqueeze(2).ne(all_MT.unsqueeze(1)).all(2);
    const Tensor longer_MVT =
        at::cat({all_MT.unsqueeze(1).expand({count, places, turn}), next_MV.unsqueeze(2)}, 2);
    all_MT = longer_MVT.index({free_MV});
  }
  return all_MT;
}

}  // namespace

std::int64_t ways_of(std::int64_t places, std::int64_t turns) {
  std::int64_t ways = 1;
  for (std::int64_t turn = 0; turn < turns && ways <= most_ways; ++turn) ways *= places - turn;
  return std::min(ways, most_ways + 1);
}

Tensor optimal_margin(const Table& table, const Deal& deal, const Schedule& schedule) {
  const std::int64_t places = table.questions.value_KNV.size(2);
  const auto turns = static_cast<std::int64_t>(schedule.side_T.size());
  if (ways_of(places, turns) > most_ways) {
    throw Error("optimal play is known for games of at most " + std::to_string(most_ways) +
                " ways to go");
  }
  const Tensor way_MT = sequences(places, turns).to(deal.item_G.device());
  const std::int64_t rows = deal.truth_KG.size(0), games = deal.item_G.size(0);
  const std::int64_t part = std::max<std::int64_t>(1, (1 << 20) / (rows * way_MT.size(0)));
  std::vector<Tensor> values;
  for (std::int64_t from = 0; from < games; from += part) {
    const std::int64_t count = std::min(part, games - from);
    const Tensor item_G = deal.item_G.narrow(0, from, count);
    const Board board{item_G, table.questions.value_KNV.index_select(1, item_G)};
    const Tensor place_KGMT = way_MT.expand({rows, count, -1, -1});
    Tensor value_KGM =
        margin_of(table.judge.logits(board, place_KGMT), deal.truth_KG.narrow(1, from, count),
                  deal.lie_KG.narrow(1, from, count));
    // From the last turn back: ways that agree before it stand side by side.
    for (std::int64_t turn = turns - 1; turn >= 0; --turn) {
      const Tensor choice_KGMV = value_KGM.view({rows, count, -1, places - turn});
      const bool honest = schedule.side_T[static_cast<std::size_t>(turn)] == Side::honest;
      value_KGM = honest ? choice_KGMV.amax(3) : choice_KGMV.amin(3);
    }
    values.push_back(value_KGM.squeeze(2).to(at::kDouble));
  }
  return at::cat(values, 1);
}

}  // namespace assay::debate
