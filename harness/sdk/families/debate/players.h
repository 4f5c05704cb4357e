// Who plays: methods, and the pool that every method meets.
#pragma once

#include "sdk/families/debate/protocol.h"

#include <memory>
#include <string>
#include <vector>

namespace assay::debate {

/// A method as a side. The method must outlive it.
class MethodPlayer final : public Player {
 public:
  MethodPlayer(const Method& method, std::int64_t budget) : method_(method), budget_(budget) {}
  Moves choose(const Turn& turn, Run& run) const override { return method_.choose(turn, run); }
  std::int64_t budget() const override { return budget_; }
  bool guest() const override { return true; }

 private:
  const Method& method_;
  std::int64_t budget_;
};

/// Ids of the pool: "random", "greedy" (looks at every move), "search" (upper confidence bounds, so
/// many playouts a move).
const std::vector<std::string>& pool_ids();

/// Throws Error for an unknown id. `places` is what a greedy one may have to look at.
std::unique_ptr<Player> make_player(const std::string& id, std::int64_t places,
                                    std::int64_t playouts);

}  // namespace assay::debate
