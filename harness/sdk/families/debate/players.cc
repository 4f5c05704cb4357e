#include "sdk/families/debate/players.h"

#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/common/text.h>
#include <assay/debate/tree_search.h>

#include <string>

namespace assay::debate {
namespace {

// Streams that a method cannot name: it would know its opponent's moves beforehand.
Streams streams_of(const Run& run, const char* player) {
  return data_streams(run.seeds(), std::string("debate.pool.") + player);
}

class RandomPlayer final : public Player {
 public:
  Moves choose(const Turn& turn, Run& run) const override {
    return random_place(turn, streams_of(run, "random"));
  }
  std::int64_t budget() const override { return 0; }
};

class GreedyPlayer final : public Player {
 public:
  explicit GreedyPlayer(std::int64_t places) : places_(places) {}
  Moves choose(const Turn& turn, Run& run) const override {
    return best_place(turn, places_, streams_of(run, "greedy"));
  }
  std::int64_t budget() const override { return places_; }

 private:
  std::int64_t places_;
};

class SearchPlayer final : public Player {
 public:
  explicit SearchPlayer(std::int64_t playouts) : playouts_(playouts) {}
  Moves choose(const Turn& turn, Run& run) const override {
    const TreeSearch how{playouts_, upper_confidence(1), {}};
    return tree_search(turn, how, streams_of(run, "search"));
  }
  std::int64_t budget() const override { return playouts_; }

 private:
  std::int64_t playouts_;
};

}  // namespace

const std::vector<std::string>& pool_ids() {
  static const std::vector<std::string> ids = {"random", "greedy", "search"};
  return ids;
}

std::unique_ptr<Player> make_player(const std::string& id, std::int64_t places,
                                    std::int64_t playouts) {
  if (id == "random") return std::make_unique<RandomPlayer>();
  if (id == "greedy") return std::make_unique<GreedyPlayer>(places);
  if (id == "search") return std::make_unique<SearchPlayer>(playouts);
  throw Error("pool has '" + id + "'" + did_you_mean(id, pool_ids()) +
              ": expected names with spaces between, of " + join(pool_ids(), ", "));
}

}  // namespace assay::debate
