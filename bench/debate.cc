// Games of pixel debate between two searching sides, through the host's protocol as a suite plays
// them: judge calls a second. Judges and pictures are drawn at random, since their values do not
// matter for time.
#include "bench/support/clock.h"
#include "bench/support/networks.h"
#include "bench/support/peak.h"
#include "sdk/families/debate/players.h"

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>

namespace assay::bench {
namespace {

constexpr std::int64_t rows = 5, games = 200, side = 14, answers = 10, turns = 6, playouts = 100;
constexpr double inked = 55.0 / (side * side);  // the share of a glyph's pixels that are not zero

struct JudgeNetwork {
  std::string name;
  NetworkSpec spec;
  std::vector<std::int64_t> widths;  ///< of an mlp's layers behind the first, for its FLOPs
};

const std::vector<JudgeNetwork>& judge_networks() {
  static const std::vector<JudgeNetwork> networks = {
      {"mlp-392-64-10", {.arch = "mlp", .width = 64, .depth = 1}, {64, answers}},
      {"mlp-392-256-128-10",
       {.arch = "mlp", .width = 256, .depth = 2, .features = 128},
       {256, 128, answers}},
      {"cnn-2x14x14-16", {.arch = "cnn", .width = 16}, {}}};
  return networks;
}

/// FLOPs that no judge of a position can go below: of an mlp's first layer the revealed places
/// alone, of a cnn all.
double flops_of(const JudgeNetwork& network, const Network& built) {
  if (network.widths.empty()) return built.forward_flops();
  double flops = 2.0 * 2 * turns * static_cast<double>(network.widths[0]);
  for (std::size_t layer = 1; layer < network.widths.size(); ++layer) {
    flops += 2.0 * static_cast<double>(network.widths[layer - 1] * network.widths[layer]);
  }
  return flops;
}

void play_games(benchmark::State& state, const JudgeNetwork& network) {
  const auto seeds = first_seeds(rows);
  Model model;
  model.network = make_network(network.spec, {2, side, side}, answers);
  model.theta_KP = initial_parameters(model.network->layout(), Streams(seeds, "bench.init"));
  const std::unique_ptr<debate::Judge> judge =
      network.widths.empty() ? debate::plain_network_judge(model, {2, side, side})
                             : debate::sparse_judge(model);
  const Streams streams(seeds, "bench.games");
  const Tensor value_KNV = streams.uniform({games, side * side}).to(at::kFloat);
  const Tensor legal_KNV = value_KNV.lt(inked);
  const debate::Questions questions{value_KNV * legal_KNV, legal_KNV};
  const debate::Table table{questions, *judge, false, 0};
  const Tensor truth_KG = at::zeros({rows, games}, at::kLong);
  const debate::Deal deal{at::arange(games, at::kLong), truth_KG, at::ones_like(truth_KG)};
  const auto player = debate::make_player("search", side * side, playouts);
  double seconds = 0, calls = 0;
  for ([[maybe_unused]] auto _ : state) {
    Run run(seeds);
    const double before = cpu_seconds();
    const debate::Match match =
        debate::play(table, deal, debate::debate_schedule(turns, debate::Side::honest, false),
                     *player, *player, 0, run);
    seconds += cpu_seconds() - before;
    calls += match.calls_K.sum().item<double>();
  }
  const double flops = flops_of(network, *model.network);
  state.counters["us_per_call"] = 1e6 * seconds / calls;
  state.counters["limit_us"] = 1e6 * flops / sgemm_peak();
  state.counters["sgemm_share"] = flops * calls / seconds / sgemm_peak();
}

}  // namespace

void register_benchmarks() {
  for (const JudgeNetwork& network : judge_networks()) {
    benchmark::RegisterBenchmark((network.name + "/").c_str(), play_games, network)
        ->Unit(benchmark::kMillisecond)
        ->MeasureProcessCPUTime();
  }
}

}  // namespace assay::bench
