// The figures of debate, from games and win rates that are known.
#include "panel_reader.h"
#include "reports/panels/elo.h"

#include <assay/common/parameters_json.h>

#include <cmath>
#include <fstream>
#include <map>

using namespace assay;
using namespace assay::reports;
using namespace assay::reports::test;

namespace {

// Debaters whose win rates ratings explain.
const std::map<std::string, double> ratings = {{"random", 1300}, {"greedy", 1500}, {"search", 1700},
                                               {"uct", 1700},    {"policy", 1500}, {"dice", 1300}};

Json debate_family() {
  const auto share = [](const char* id) {
    return metric_json(id, id, "max", {0, 1}, "a share of games");
  };
  Json win = metric_json("honest_win", "Honest win rate", "max", {0, 1}, "against the pool");
  win["primary"] = true;
  Json family =
      family_json("debate", "Debate", {reference_json("naive", "naive", "no evidence")},
                  {win, share("honest_win_first"), share("honest_win_last"), share("accuracy"),
                   share("accuracy_first"), share("accuracy_last"), share("consultancy"),
                   share("strength_random"), share("strength_greedy"), share("strength_search")});
  family["panel_curves"] = {"sample."};
  return family;
}

/// Two games: one of 8x8 pictures (`side` 8) or of six places in a row.
Json sample_curves(int side) {
  Json curves = Json::object();
  for (int game = 0; game < 2; ++game) {
    const std::string name = "sample." + std::to_string(game) + ".";
    const int places = side == 8 ? 64 : 6;
    for (int place = 0; place < places; ++place) {
      const double there = place % 9 == 0 ? .9 : place % 9 == 1 ? .25 : 0;
      curves[name + "evidence"].push_back({place, side == 8 ? there : place - 2.5});
    }
    curves[name + "truth"] = {{0, 3}};
    curves[name + "lie"] = {{0, game == 0 ? 7 : -1}};
    const std::vector<int> named = {9, 18, 1, -1};
    for (int turn = 0; turn < 4; ++turn) {
      const int place = named[static_cast<std::size_t>(turn)];
      curves[name + "place"].push_back({turn, side == 8 ? place : turn == 3 ? -1 : turn});
      curves[name + "margin"].push_back({turn, turn % 2 == 0 ? 1.5 : -.75});
    }
  }
  return curves;
}

struct Setting {
  std::string id;
  int budget, turns;
  std::vector<std::string> methods, pool;
};

Document debate_document(const std::vector<Setting>& settings, int side) {
  RunSpec spec;
  spec.name = "debates";
  spec.title = "Debates";
  spec.suite_text = "[suite]\nname = \"debates\"\n";
  spec.families = {{"debate", debate_family()}};
  std::map<std::string, Setting> of;
  for (const Setting& setting : settings) {
    of[setting.id] = setting;
    std::vector<RowSpec> rows;
    for (const std::string& method : setting.methods) {
      rows.push_back({method, method});
      spec.methods[method] = method_json(method, "debate", "A made-up method", "");
    }
    rows.push_back({"naive", "naive", true});
    spec.benchmarks.push_back({setting.id, setting.id, "debate", {0, 1, 2}, "", rows});
  }
  spec.outcome = [&](const BenchmarkSpec& benchmark, const RowSpec& row, std::size_t seed) {
    const Setting& setting = of.at(benchmark.id);
    // .1 for each doubling of the budget over 25, a hundredth a seed.
    const double won = .3 + .1 * std::log2(setting.budget / 25.) + .01 * static_cast<double>(seed);
    Json metrics = {{"accuracy", won + .1}};
    if (row.reference) return done(metrics);
    metrics.update({{"honest_win", won},
                    {"honest_win_first", won - .1},
                    {"honest_win_last", won + .1},
                    {"accuracy_first", won},
                    {"accuracy_last", won + .2},
                    {"consultancy", .5}});
    for (const char* opponent : {"random", "greedy", "search"}) {
      const bool met =
          std::find(setting.pool.begin(), setting.pool.end(), opponent) != setting.pool.end();
      const double chance = elo_chance(ratings.at(row.name), ratings.at(opponent));
      metrics[std::string("strength_") + opponent] = met ? Json(chance) : Json(nullptr);
    }
    return done(metrics, sample_curves(side));
  };
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "run/run.json";
  write_run(spec, file.parent_path());
  std::ifstream text(file);
  Json run = Json::parse(text);
  for (Json& benchmark : run.at("suite").at("benchmarks")) {
    const Setting& setting = of.at(benchmark.at("id"));
    benchmark["settings"] = {
        {"task", {{"use", "glyphs"}}}, {"budget", setting.budget}, {"turns", setting.turns}};
  }
  put(file, run.dump());
  return make_report(collect_results(load_run(file.parent_path()))).document;
}

std::string cell_text(const Table& table, std::size_t row, std::size_t column) {
  return table.rows.at(row).cells.at(column).text.at(0).text;
}

const std::vector<std::string> whole_pool = {"random", "greedy", "search"};

}  // namespace

TEST_CASE("debate: the honest win rate along the budget and along turns, with both orders") {
  const std::vector<std::string> methods = {"uct", "policy"};
  const Document document = debate_document({{"calls-25", 25, 6, methods, whole_pool},
                                             {"calls-100", 100, 6, methods, whole_pool},
                                             {"long", 100, 10, methods, whole_pool}},
                                            8);
  const auto curves = all_of<CurvePlot>(document);
  const auto along = [&](const char* x_axis) {
    std::vector<const CurvePlot*> found;
    for (const CurvePlot& curve : curves) {
      if (curve.x_axis == x_axis) found.push_back(&curve);
    }
    return found;
  };
  const auto budgets = along("judge calls a move");
  REQUIRE(budgets.size() == 1);  // the benchmark of 10 turns stands alone along the budget
  REQUIRE(budgets[0]->panels.size() == 2);
  const CurvePanel& policy = budgets[0]->panels[0];
  CHECK(policy.title == "policy");
  REQUIRE(policy.main.size() == 2);
  // Means over seeds of .00, .01 and .02.
  CHECK(policy.main[0].first == 25);
  CHECK(policy.main[0].second == Approx(.31));
  CHECK(policy.main[1].first == 100);
  CHECK(policy.main[1].second == Approx(.51));
  REQUIRE(policy.seeds.size() == 2);
  CHECK(policy.seeds[0][1].second == Approx(.41));  // first
  CHECK(policy.seeds[1][1].second == Approx(.61));  // last

  const auto turns = along("turns of a game");
  REQUIRE(turns.size() == 1);
  REQUIRE(turns[0]->panels[1].main.size() == 2);
  CHECK(turns[0]->panels[1].title == "uct");
  CHECK(turns[0]->panels[1].main[1].first == 10);

  const auto tables = all_of<Table>(document);
  const Table& rates = captioned(tables, "Honest win rate against judge calls a move");
  REQUIRE(rates.rows.size() == 6);
  REQUIRE(rates.columns.size() == 4);
  CHECK(rates.columns[2].title == "25");
  CHECK(cell_text(rates, 0, 1) == "in both orders");
  // .01 over the square root of 3 times t(2) = 4.303.
  CHECK(cell_text(rates, 0, 2) == "0.310 \u00b1 0.025");
  CHECK(cell_text(rates, 1, 1) == "first");
  CHECK(cell_text(rates, 1, 3) == "0.410 \u00b1 0.025");
  CHECK(cell_text(rates, 5, 1) == "last");
  CHECK(cell_text(rates, 5, 3) == "0.610 \u00b1 0.025");
}

TEST_CASE("debate: what the order does, and debate beside consultancy") {
  const Document document =
      debate_document({{"calls-100", 100, 6, {"uct", "policy"}, whole_pool}}, 8);
  const auto scatters = all_of<ScatterPlot>(document);
  const ScatterPlot& order = named(scatters, "order-1");
  REQUIRE(order.points.size() == 2);  // the judge alone has no order
  CHECK(order.points[0].x == Approx(.51));
  CHECK(order.points[0].y == Approx(.71));
  const ScatterPlot& consultancy = named(scatters, "consultancy-1");
  CHECK(consultancy.points[0].x == Approx(.5));
  CHECK(consultancy.points[0].y == Approx(.61));
  for (const CurvePlot& curve : all_of<CurvePlot>(document)) {
    CHECK(curve.x_axis != "judge calls a move");  // one budget is no curve
    CHECK(curve.x_axis != "turns of a game");
  }
}

TEST_CASE("debate: ratings that win rates came from") {
  const Document document =
      debate_document({{"calls-100", 100, 6, {"uct", "policy", "dice"}, whole_pool}}, 8);
  const auto tables = all_of<Table>(document);
  const Table& elo = captioned(tables, "Elo of debaters on calls-100");
  CHECK(elo.caption.find("differ from what it gives by 0.000") != std::string::npos);
  REQUIRE(elo.rows.size() == 6);
  for (std::size_t row = 0; row < 6; ++row) {
    const std::string name = cell_text(elo, row, 0);
    const std::string id = name.starts_with("pool: ") ? name.substr(6) : name;
    INFO(name);
    CHECK(cell_text(elo, row, 1) == std::to_string(std::lround(ratings.at(id))));
  }
  CHECK(elo.rows[0].cells[1].text[0].text == "1700");
  CHECK(elo.rows[5].cells[1].text[0].text == "1300");
}

TEST_CASE(
    "debate: of fewer than five debaters no ratings, and nobody is counted who never played") {
  const auto rated = [](const std::vector<std::string>& methods,
                        const std::vector<std::string>& pool) {
    for (const Table& table :
         all_of<Table>(debate_document({{"calls-100", 100, 6, methods, pool}}, 8))) {
      if (table.caption.starts_with("Elo")) return static_cast<int>(table.rows.size());
    }
    return 0;
  };
  CHECK(rated({"uct", "policy"}, {"search"}) == 0);
  CHECK(rated({"uct", "policy", "dice"}, {"search"}) == 0);
  CHECK(rated({"uct", "policy", "dice"}, {"greedy", "search"}) == 5);
  CHECK(rated({"uct", "policy"}, whole_pool) == 5);
}

TEST_CASE("debate: sample games are drawn with the places in the order they were named") {
  const Document document =
      debate_document({{"calls-100", 100, 4, {"uct", "policy"}, whole_pool}}, 8);
  const auto drawn = all_of<Code>(document);
  std::vector<std::string> pictures;
  for (const Code& code : drawn) {
    if (code.text.find("# ") != std::string::npos) pictures.push_back(code.text);
  }
  REQUIRE(pictures.size() == 2);
  // Strong where the number of the place is a multiple of nine, weak behind; 9, 18 and 1 named.
  CHECK(pictures[0] ==
        "# 3 . . . . . .\n"
        ". 1 + . . . . .\n"
        ". . 2 + . . . .\n"
        ". . . # + . . .\n"
        ". . . . # + . .\n"
        ". . . . . # + .\n"
        ". . . . . . # +\n"
        ". . . . . . . #\n");
  const auto tables = all_of<Table>(document);
  const Table& game =
      captioned(tables, "Game 1 of policy, seed 0: answer 3 (true) against answer 7");
  REQUIRE(game.rows.size() == 4);
  CHECK(cell_text(game, 1, 0) == "2");
  CHECK(cell_text(game, 1, 1) == "liar");
  CHECK(cell_text(game, 1, 2) == "18");
  CHECK(cell_text(game, 1, 3) == "0.90");
  CHECK(cell_text(game, 1, 4) == "\u22120.75");
  CHECK(cell_text(game, 3, 2) == "\u2014");  // nothing was named
  CHECK(cell_text(game, 3, 3) == "\u2014");
  captioned(tables, "Game 2 of policy, seed 0: answer 3 (true) against any other answer");
}

TEST_CASE("debate: places in a row are a table and no picture") {
  const Document document = debate_document({{"row", 100, 4, {"uct"}, whole_pool}}, 0);
  for (const Code& code : all_of<Code>(document)) CHECK(code.text.find(". .") == std::string::npos);
  const auto tables = all_of<Table>(document);
  const Table& game = captioned(tables, "Game 1 of uct, seed 0");
  CHECK(cell_text(game, 0, 3) == "\u22122.50");
}
