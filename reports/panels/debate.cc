// Debate: what the order of moves does, debate beside consultancy, win rates against budget and
// turns, and games as they were played.
#include "reports/model/number_text.h"
#include "reports/panels/elo.h"
#include "reports/panels/panels.h"
#include "reports/panels/support.h"
#include "reports/sections/sections.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace assay::reports {

namespace {

constexpr int samples = 4;
constexpr std::size_t fewest_rated = 5;

std::vector<Block> scatter(const PanelInput& input, const char* name, const char* x, const char* y,
                           const std::string& title, const char* description) {
  ScatterPlot plot = metric_scatter(*input.benchmark, x, y);
  plot.id = name + ("-" + input.id);
  plot.title = title + " on " + input.benchmark->title;
  plot.description = description;
  return with_table(std::move(plot));
}

Cell number_cell(std::string text) {
  return Cell(std::move(text));
}
Cell no_number() {
  return Cell(muted("\u2014"));
}

/// A number that a row's first seed recorded, or not a number.
double recorded(const SeedResult& seed, const std::string& curve, double step = 0) {
  const auto found = seed.curves.find(curve);
  return found == seed.curves.end() ? std::nan("") : value_at(found->second, step);
}

// Places of pictures, which have as many as a square has.
std::string picture(const SeedResult& seed, const std::string& name) {
  const PlotPoints& evidence = seed.curves.at(name + "evidence");
  const PlotPoints& place = seed.curves.at(name + "place");
  const auto side = static_cast<std::size_t>(std::lround(std::sqrt(evidence.size())));
  if (side < 8 || side * side != evidence.size()) return "";
  std::string text;
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    char sign = evidence[i].second > 0.5 ? '#' : evidence[i].second > 0 ? '+' : '.';
    for (const auto& [turn, named] : place) {
      const auto number = static_cast<int>(turn);
      if (named != static_cast<double>(i)) continue;
      sign = static_cast<char>(number < 9 ? '1' + number : 'A' + number - 9);
    }
    text += sign;
    text += (i + 1) % side == 0 ? '\n' : ' ';
  }
  return text;
}

std::string claim_text(double answer) {
  return answer < 0 ? "any other answer" : "answer " + number(answer, 0);
}

Table turn_table(const SeedResult& seed, const std::string& name, std::string caption) {
  Table table;
  table.caption = std::move(caption);
  table.columns = {{"Turn", "", true},
                   {"Side", "", false},
                   {"Place", "", true},
                   {"Evidence there", "", true},
                   {"Margin of the truth", "the judge's logit of the truth minus the lie's", true}};
  for (const auto& [turn, place] : seed.curves.at(name + "place")) {
    TableRow row;
    const double margin = recorded(seed, name + "margin", turn);
    const bool named = place >= 0;
    row.cells.push_back(number_cell(number(turn + 1, 0)));
    row.cells.emplace_back(static_cast<int>(turn) % 2 == 0 ? "honest" : "liar");
    row.cells.push_back(named ? number_cell(number(place, 0)) : no_number());
    const double there = recorded(seed, name + "evidence", place);
    row.cells.push_back(named ? number_cell(number(there, 2)) : no_number());
    row.cells.push_back(number_cell(number(margin, 2)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

// The first questions against itself, honest first, of the last method's first seed.
std::vector<Block> sample_games(const PanelInput& input) {
  const Row* row = nullptr;
  for (const Row& other : input.benchmark->rows) {
    if (!other.reference && !other.seeds.empty()) row = &other;
  }
  if (row == nullptr) return {};
  const SeedResult& seed = row->seeds.front();
  std::vector<Block> games;
  for (int sample = 0; sample < samples; ++sample) {
    const std::string name = "sample." + std::to_string(sample) + ".";
    const auto has = [&](const char* part) { return seed.curves.contains(name + part); };
    if (!has("evidence") || !has("place") || !has("margin")) continue;
    std::string caption = "Game " + std::to_string(sample + 1) + " of " + row->title + ", seed " +
                          std::to_string(seed.seed) + ": " +
                          claim_text(recorded(seed, name + "truth")) + " (true) against " +
                          claim_text(recorded(seed, name + "lie"));
    if (const std::string drawn = picture(seed, name); !drawn.empty()) {
      games.push_back(Block{Paragraph{{plain(caption + ". Numbers are the places named, in order; "
                                                       "# is strong and + weak evidence.")}}});
      games.push_back(Block{Code{drawn, ""}});
    }
    games.push_back(Block{turn_table(seed, name, std::move(caption))});
  }
  if (games.empty()) return {};
  return blocks_of(
      Details{"Games as they were played on " + input.benchmark->title, std::move(games)});
}

// Methods and pool from their win rates on both sides and in both orders.
std::vector<Block> ratings(const PanelInput& input) {
  const BenchmarkResults& benchmark = *input.benchmark;
  std::vector<std::string> names;
  std::vector<Pairing> pairings;
  for (const char* opponent : {"random", "greedy", "search"}) {
    const std::string metric = std::string("strength_") + opponent;
    if (benchmark.metric(metric) == nullptr) continue;
    const auto met = [&](const Row& row) {
      return !row.reference && estimate_mean(row.values(metric)).n > 0;
    };
    // The pool of a benchmark need not have everybody.
    if (std::none_of(benchmark.rows.begin(), benchmark.rows.end(), met)) continue;
    const std::size_t second = names.size();
    names.push_back(std::string("pool: ") + opponent);
    for (const Row& row : benchmark.rows) {
      if (!met(row)) continue;
      const Estimate won = estimate_mean(row.values(metric));
      const auto found = std::find(names.begin(), names.end(), row.title);
      const auto first = static_cast<std::size_t>(found - names.begin());
      if (found == names.end()) names.push_back(row.title);
      pairings.push_back({first, second, won.mean});
    }
  }
  if (names.size() < fewest_rated || pairings.empty()) return {};
  const EloFit fit = fit_elo(names.size(), pairings);
  std::vector<std::size_t> order(names.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return fit.rating[a] > fit.rating[b]; });
  Table table;
  table.caption = "Elo of debaters on " + benchmark.title +
                  ", least squares on mean win rates over both sides and orders (at least .01, at "
                  "most .99), mean 1500; win rates differ from what it gives by " +
                  number(fit.error, 3) + " (root mean square)";
  table.columns = {{"Debater", "", false}, {"Elo", "", true}};
  for (const std::size_t player : order) {
    TableRow row;
    row.cells.emplace_back(names[player]);
    row.cells.push_back(number_cell(number(fit.rating[player], 0)));
    table.rows.push_back(std::move(row));
  }
  return blocks_of(std::move(table));
}

std::vector<Block> of_benchmark(const PanelInput& input) {
  std::vector<Block> blocks = scatter(
      input, "order", "accuracy_first", "accuracy_last", "Honest side last against first",
      "How often the truth wins against every wrong answer where the honest side moves last, "
      "against where it moves first; debaters against themselves. Off the diagonal the order "
      "of moves decides games.");
  for (Block& block :
       scatter(input, "consultancy", "consultancy", "accuracy", "Debate against consultancy",
               "Judge accuracy of debates between two copies of a debater, against "
               "that where it alone reveals everything, honest or lying. Above the "
               "diagonal a second side helps the judge.")) {
    blocks.push_back(std::move(block));
  }
  for (Block& block : ratings(input)) blocks.push_back(std::move(block));
  for (Block& block : sample_games(input)) blocks.push_back(std::move(block));
  return blocks;
}

/// A benchmark's setting as a number, or not a number.
double setting_of(const BenchmarkResults& benchmark, const char* key) {
  const auto found = benchmark.settings.find(key);
  return found != benchmark.settings.end() && found->is_number() ? found->get<double>()
                                                                 : std::nan("");
}

std::string others_of(const BenchmarkResults& benchmark, const char* key) {
  Json settings = benchmark.settings;
  settings.erase(key);
  return settings.dump();
}

using Rates = std::map<double, Estimate>;  ///< by the setting

struct Ways {
  Rates both, first, last;
};

PlotPoints line_of(const Rates& rates) {
  PlotPoints line;
  for (const auto& [setting, rate] : rates) {
    if (rate.n > 0) line.emplace_back(setting, rate.mean);
  }
  return line;
}

Table rate_table(const std::map<std::string, Ways>& methods, const std::string& title) {
  std::set<double> settings;
  for (const auto& [name, ways] : methods) {
    for (const auto& [setting, rate] : ways.both) settings.insert(setting);
  }
  Table table;
  table.caption = title + ", mean over seeds with its 95 % interval";
  table.columns = {{"Method", "", false}, {"Moves", "", false}};
  for (const double setting : settings) table.columns.push_back({number_text(setting), "", true});
  for (const auto& [name, ways] : methods) {
    for (const auto& [order, rates] :
         {std::pair{"in both orders", &ways.both}, {"first", &ways.first}, {"last", &ways.last}}) {
      TableRow row;
      row.cells = {Cell(name), Cell(order)};
      for (const double setting : settings) {
        const auto found = rates->find(setting);
        const bool known = found != rates->end() && found->second.n > 0;
        row.cells.push_back(known ? number_cell(estimate_text(found->second, 3)) : no_number());
      }
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

// Benchmarks that differ in one setting alone: the honest win rate along it.
std::vector<Block> along(const std::vector<PanelInput>& inputs, const std::string& id,
                         const char* key, const char* words) {
  std::map<std::string, std::map<std::string, Ways>> groups;
  for (const PanelInput& input : inputs) {
    const BenchmarkResults& benchmark = *input.benchmark;
    const double setting = setting_of(benchmark, key);
    if (!std::isfinite(setting)) continue;
    for (const Row& row : benchmark.rows) {
      if (row.reference) continue;
      Ways& ways = groups[others_of(benchmark, key)][row.title];
      ways.both[setting] = estimate_mean(row.values("honest_win"));
      ways.first[setting] = estimate_mean(row.values("honest_win_first"));
      ways.last[setting] = estimate_mean(row.values("honest_win_last"));
    }
  }
  std::vector<Block> blocks;
  int group = 0;
  for (const auto& [others, methods] : groups) {
    CurvePlot plot;
    plot.id = id + "-" + key + "-" + std::to_string(++group);
    plot.title = std::string("Honest win rate against ") + words;
    plot.description =
        "Share of questions on which the debater, honest, wins against every wrong answer; mean "
        "over seeds. The thin lines are its wins where it moves first and last.";
    plot.x_axis = words;
    plot.y_axis = "honest win rate";
    for (const auto& [name, ways] : methods) {
      CurvePanel panel;
      panel.title = name;
      panel.main = line_of(ways.both);
      panel.seeds = {line_of(ways.first), line_of(ways.last)};
      if (panel.main.size() > 1) plot.panels.push_back(std::move(panel));
    }
    if (plot.panels.empty()) continue;
    Table table = rate_table(methods, plot.title);
    blocks.push_back(Block{std::move(plot)});
    blocks.push_back(Block{Details{"As a table", blocks_of(std::move(table))}});
  }
  return blocks;
}

std::vector<Block> of_family(const std::vector<PanelInput>& inputs, const std::string& id) {
  std::vector<Block> blocks = along(inputs, id, "budget", "judge calls a move");
  for (Block& block : along(inputs, id, "turns", "turns of a game")) {
    blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace

const FamilyPanels debate_panels{"debate", of_benchmark, of_family};

}  // namespace assay::reports
