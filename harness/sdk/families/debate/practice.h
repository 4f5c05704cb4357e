// Games that methods practise on before the first one that counts.
#pragma once

#include "sdk/families/debate/settings.h"

#include <assay/debate.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace assay::debate {

/// Questions of their own, and who judges games of them.
struct PracticeGround {
  Questions questions;
  std::shared_ptr<const Judge> judge;
  Tensor truth_KN;
  std::int64_t answers = 0;
};

/// Deals games and counts the judge's calls. The ground is opened when the first game is asked for.
class PracticeRoom {
 public:
  /// `tell_sides`: debaters are told whether their claim is true, of which a game need not have
  /// any.
  PracticeRoom(const Settings& settings, bool tell_sides, Run& run,
               std::function<PracticeGround()> open);

  /// What a method gets; for as long as the room is there.
  Practice offer();
  /// Judge calls so far, float64 [K]; undefined where nobody has practised.
  Tensor calls_K() const;

 private:
  using Choose = std::function<Moves(const Turn&)>;
  void enter();
  Tensor play_games(const Tensor& item_G, const Choose& choose);

  const Settings& settings_;
  bool tell_sides_;
  Run& run_;
  std::function<PracticeGround()> open_;
  PracticeGround ground_;
  Tensor first_KN_, second_KN_;  ///< claims of who moves first, and of the other
  Tensor calls_K_;
  std::int64_t next_id_ = 0;
};

}  // namespace assay::debate
