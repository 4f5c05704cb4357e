#include "sdk/families/debate/meter.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <limits>
#include <sstream>

namespace assay::debate {
namespace {

/// Positions that are judged at once: enough to fill the processor, few enough for its cache.
constexpr std::int64_t at_once = 1 << 15;

}  // namespace

Meter::Meter(const Judge& judge, const Board& board, const Turn& turn, double seconds)
    : judge_(judge),
      board_(board),
      claim_KG_(turn.claim_KG),
      other_KG_(turn.other_KG),
      calls_KG_(at::zeros_like(turn.claim_KG)),
      turns_(turn.turns()),
      budget_(turn.budget),
      seconds_(seconds) {}

Tensor Meter::ask(const Tensor& place_KGMT, const Tensor& asked_KGM) {
  const at::NoGradGuard no_record;
  const std::int64_t rows = claim_KG_.size(0), games = claim_KG_.size(1);
  const bool fits = place_KGMT.defined() && place_KGMT.dim() == 4 && place_KGMT.size(0) == rows &&
                    place_KGMT.size(1) == games && place_KGMT.size(3) == turns_ &&
                    place_KGMT.scalar_type() == at::kLong;
  if (!fits) {
    std::ostringstream text;
    text << "judge: positions must be int64 [" << rows << ", " << games << ", M, " << turns_
         << "], but are ";
    if (place_KGMT.defined())
      text << place_KGMT.scalar_type() << " " << place_KGMT.sizes();
    else
      text << "undefined";
    throw Error(text.str());
  }
  const std::int64_t places = board_.value_KGV.size(2), positions = place_KGMT.size(2);
  if (place_KGMT.ge(places).any().item<bool>()) {
    throw Error("judge: a position names a place from " + std::to_string(places) + " on");
  }
  if (asked_KGM.defined() && asked_KGM.sizes() != place_KGMT.sizes().slice(0, 3)) {
    throw Error("judge: what is asked must be [K, G, M] as the positions are");
  }
  calls_KG_ += asked_KGM.defined() ? asked_KGM.sum(2) : at::full_like(calls_KG_, positions);
  const auto most = games > 0 ? calls_KG_.max().item<std::int64_t>() : 0;
  if (most > budget_) {
    throw OutOfBudget("asked the judge for " + std::to_string(most) + " positions, the budget is " +
                          std::to_string(budget_) + " a move",
                      false);
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
  if (seconds_ > 0 && spent.count() > seconds_) {
    throw OutOfBudget("took longer than the time of a move", true);
  }

  const std::int64_t part =
      std::max<std::int64_t>(1, at_once / std::max<std::int64_t>(1, rows * games));
  std::vector<Tensor> margins;
  for (std::int64_t from = 0; from < positions; from += part) {
    const Tensor some_KGMT = place_KGMT.narrow(2, from, std::min(part, positions - from));
    margins.push_back(margin_of(judge_.logits(board_, some_KGMT), claim_KG_, other_KG_));
  }
  const Tensor margin_KGM = margins.empty()
                                ? at::empty({rows, games, 0}, board_.value_KGV.options())
                                : at::cat(margins, 2);
  if (!asked_KGM.defined()) return margin_KGM;
  return margin_KGM.masked_fill(asked_KGM.logical_not(), -std::numeric_limits<double>::infinity());
}

}  // namespace assay::debate
