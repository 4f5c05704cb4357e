#include "reports/analysis/results.h"

#include "host/suite/apart.h"
#include "host/suite/expectation.h"
#include "host/suite/suite.h"
#include "reports/analysis/log_end.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::reports {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// Statistics square and sum values: what would overflow there is as good as not finite.
constexpr double largest_number = 1e100;

double number_or(const Json& json, double otherwise) {
  const double value = json.is_number() ? json.get<double>() : otherwise;
  return std::abs(value) <= largest_number ? value : otherwise;
}

Metric read_metric(const Json& json) {
  Metric metric;
  metric.id = json.at("id");
  metric.title = json.value("title", metric.id);
  metric.unit = json.value("unit", "");
  metric.meaning = json.value("meaning", "");
  metric.primary = json.value("primary", false);
  const std::string direction = json.value("direction", "none");
  metric.better = direction == "max"   ? Metric::Better::higher
                  : direction == "min" ? Metric::Better::lower
                                       : Metric::Better::neither;
  const Json range = json.value("range", Json());
  metric.share = range.is_array() && range.size() == 2 && number_or(range[0], -9) >= -1 &&
                 number_or(range[1], 9) <= 2;
  const Json aggregate = json.value("aggregate", Json::object());
  if (aggregate.value("kind", "mean") == "ratio") {
    metric.ratio = RatioParts{aggregate.at("numerator"), aggregate.at("denominator")};
    metric.share = true;
  }
  return metric;
}

void read_numbers(const Json& json, std::map<std::string, double>& into) {
  for (const auto& [name, value] : json.items()) into[name] = number_or(value, no_value);
}

void read_result(const Json& result, SeedResult& seed) {
  read_numbers(result.value("metrics", Json::object()), seed.metrics);
  read_numbers(result.value("counts", Json::object()), seed.counts);
  const Json curves = result.value("curves", Json::object());
  for (const auto& [name, points] : curves.items()) {
    for (const Json& point : points) {
      if (!point.is_array() || point.size() < 2) continue;
      seed.curves[name].emplace_back(number_or(point[0], no_value), number_or(point[1], no_value));
    }
  }
}

SeedResult read_seed(const RunCell& cell, LogEnds& logs) {
  SeedResult seed;
  seed.seed = cell.seed;
  seed.state = cell.state;
  seed.block = cell.block;
  if (cell.state == CellState::missing) return seed;
  const Json& document = cell.document;
  seed.block = document.at("cell").at("block").get<std::vector<std::uint64_t>>();
  seed.parts = document["cell"].value("parts", Json::object());
  if (cell.state == CellState::done) {
    read_result(document.at("result"), seed);
  } else {
    const Json& error = document.at("error");
    seed.error_kind = error.value("kind", "unknown");
    seed.error_phase = error.value("phase", "");
    seed.error_message = error.value("message", "");
    seed.error_log = error.value("log", "");
    seed.log_end = logs.of(seed.error_log);
  }
  const Json run = document.value("run", Json::object());
  seed.seconds = number_or(run.value("seconds", Json()), no_value);
  seed.cpu_seconds = number_or(run.value("cpu_seconds", Json()), no_value);
  seed.peak_bytes = number_or(run.value("peak_bytes", Json()), no_value);
  seed.host = run.value("host", "");
  return seed;
}

std::string reference_title(const Json& family, const std::string& id) {
  for (const Json& reference : family.value("references", Json::array())) {
    if (reference.at("id") == id) return reference.value("title", id);
  }
  return id;
}

BenchmarkResults read_benchmark(const Benchmark& suite, const RunData& run, LogEnds& logs) {
  BenchmarkResults benchmark;
  benchmark.id = benchmark.suite_id = suite.id;
  benchmark.title = suite.title.empty() ? suite.id : suite.title;
  benchmark.family = suite.family;
  benchmark.settings = suite.settings;
  benchmark.baseline = suite.baseline;
  const Json& family = run.run.at("families").at(suite.family);
  for (const Json& json : family.at("metrics")) benchmark.metrics.push_back(read_metric(json));
  benchmark.panel_curves = family.value("panel_curves", std::vector<std::string>());
  if (benchmark.metrics.empty()) throw Error("the family " + suite.family + " has no metrics");
  for (const std::int64_t seed : suite.seeds) {
    benchmark.seeds.push_back(static_cast<std::uint64_t>(seed));
  }
  benchmark.first_seeds =
      run.run.value("first_seeds", Json::object()).value(suite.id, std::size_t{0});
  const Json methods = run.run.value("methods", Json::object());
  const Json apart_parameters =
      run.run.value("apart_parameters", Json::object()).value(suite.id, Json::object());
  for (const RunCell& cell : run.cells) {
    if (cell.benchmark != suite.id) continue;
    auto row = std::find_if(benchmark.rows.begin(), benchmark.rows.end(),
                            [&](const Row& known) { return known.name == cell.method; });
    if (row == benchmark.rows.end()) {
      Row added;
      added.name = cell.method;
      added.use = cell.use;
      added.reference = cell.role == "reference";
      added.title = added.reference ? reference_title(family, cell.use) : cell.method;
      added.parameters = cell.parameters;
      if (!added.reference) {
        added.apart = reason_apart(family, methods.value(cell.use, Json::object()),
                                   apart_parameters, cell.parameters);
      }
      for (const std::uint64_t seed : benchmark.seeds) {
        added.seeds.emplace_back();
        added.seeds.back().seed = seed;
      }
      row = benchmark.rows.insert(benchmark.rows.end(), std::move(added));
    }
    for (SeedResult& seed : row->seeds) {
      if (seed.seed == cell.seed) seed = read_seed(cell, logs);
    }
  }
  std::stable_partition(benchmark.rows.begin(), benchmark.rows.end(),
                        [](const Row& row) { return !row.reference; });
  return benchmark;
}

bool has_number(const BenchmarkResults& benchmark, const std::string& metric) {
  return std::any_of(benchmark.rows.begin(), benchmark.rows.end(), [&](const Row& row) {
    const std::vector<double> values = row.values(metric);
    return std::any_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  });
}

void drop_empty_metrics(BenchmarkResults& benchmark) {
  std::vector<Metric> kept;
  for (const Metric& metric : benchmark.metrics) {
    const bool measured = metric.ratio ? has_number(benchmark, metric.ratio->numerator) &&
                                             has_number(benchmark, metric.ratio->denominator)
                                       : has_number(benchmark, metric.id);
    if (measured) kept.push_back(metric);
  }
  if (!kept.empty()) benchmark.metrics = std::move(kept);
}

// The suite's baseline, the one asked for, or the first method: what readers of tables expect.
void choose_baseline(BenchmarkResults& benchmark, const std::string& wanted) {
  if (!wanted.empty() && benchmark.row(wanted) != nullptr) benchmark.baseline = wanted;
  if (benchmark.row(benchmark.baseline) != nullptr) return;
  benchmark.baseline.clear();
  if (!benchmark.rows.empty() && !benchmark.rows.front().reference) {
    benchmark.baseline = benchmark.rows.front().name;
    benchmark.baseline_assumed = true;
  }
}

void check_baseline(const RunResults& results, const std::string& wanted) {
  if (wanted.empty()) return;
  std::vector<std::string> known;
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    for (const Row& row : benchmark.rows) {
      if (std::find(known.begin(), known.end(), row.name) == known.end()) known.push_back(row.name);
    }
  }
  if (std::find(known.begin(), known.end(), wanted) != known.end()) return;
  const std::string near = did_you_mean(wanted, known);
  throw Error("--baseline " + quote(wanted) + " is not a row of this run" +
                  (near.empty() ? "; it has " + join(known, ", ") : near),
              ExitStatus::wrong_use);
}

}  // namespace

double SeedResult::metric(const std::string& id) const {
  const auto found = metrics.find(id);
  return state != CellState::done || found == metrics.end() ? no_value : found->second;
}

std::vector<double> Row::values(const std::string& metric) const {
  std::vector<double> values;
  values.reserve(seeds.size());
  for (const SeedResult& seed : seeds) values.push_back(seed.metric(metric));
  return values;
}

std::size_t Row::count(CellState state) const {
  return static_cast<std::size_t>(std::count_if(
      seeds.begin(), seeds.end(), [state](const SeedResult& seed) { return seed.state == state; }));
}

const Row* BenchmarkResults::row(const std::string& name) const {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

const Metric* BenchmarkResults::metric(const std::string& id) const {
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [&](const Metric& metric) { return metric.id == id; });
  return found == metrics.end() ? nullptr : &*found;
}

const Metric& BenchmarkResults::primary() const {
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [](const Metric& metric) { return metric.primary; });
  return found == metrics.end() ? metrics.front() : *found;
}

std::size_t RunResults::count(CellState state) const {
  std::size_t count = 0;
  for (const BenchmarkResults& benchmark : benchmarks) {
    for (const Row& row : benchmark.rows) count += row.count(state);
  }
  return count;
}

std::size_t RunResults::cells() const {
  return count(CellState::done) + count(CellState::failed) + count(CellState::missing);
}

// A suite is checked before it runs, so only a damaged or foreign run.json has such a claim: it is
// named, and the rest is reported.
void drop_strange_claims(RunResults& results) {
  std::erase_if(results.claims, [&results](const Claim& claim) {
    const auto parsed = parse_expectation(claim.expect);
    const auto* problem = std::get_if<ExpectationProblem>(&parsed);
    if (problem == nullptr) return false;
    results.problems.push_back("run.json: the claim \"" + claim.says + "\" is left out: \"" +
                               claim.expect + "\" is not understood: " + problem->message);
    return true;
  });
}

RunResults arrange_results(const RunData& run) {
  const std::string file = (run.folder / "run.json").string();
  if (run.cells.empty()) {
    throw Error(file + " has no cells yet: run the suite first", ExitStatus::missing);
  }
  RunResults results;
  try {
    const Suite suite = suite_from_json(run.run.at("suite"));
    results.name = suite.name;
    results.title = suite.title.empty() ? suite.name : suite.title;
    results.description = suite.description;
    results.claims = suite.claims;
    results.suite_file = run.run.value("suite_file", "");
    results.suite_text = run.run.value("suite_text", "");
    results.overrides = run.run.value("overrides", std::vector<std::string>());
    results.families = run.run.at("families");
    results.methods = run.run.value("methods", Json::object());
    results.provenance = run.run.value("provenance", Json::object());
    results.started = results.provenance.value("started", "");
    LogEnds logs(run.folder);
    for (const Benchmark& benchmark : suite.benchmarks) {
      results.benchmarks.push_back(read_benchmark(benchmark, run, logs));
      for (const Published& row : suite.published) {
        if (std::find(row.on.begin(), row.on.end(), benchmark.id) == row.on.end()) continue;
        results.benchmarks.back().published.push_back(row);
      }
    }
  } catch (const std::exception& error) {
    throw Error(file + " does not follow its format: " + error.what());
  }
  for (std::string problem : run.problems) {
    // Below the run's folder, so that a report does not depend on where the folder lies.
    const std::string prefix = run.folder.string() + "/";
    if (problem.starts_with(prefix)) problem.erase(0, prefix.size());
    results.problems.push_back(std::move(problem));
  }
  drop_strange_claims(results);
  results.outdated = run.outdated;
  results.jobs = read_job_log(run.folder);
  results.running_pid = run.running_pid;
  results.folder = run.folder;
  results.runs = {{results.name, results.name, results.suite_file, results.suite_text,
                   results.overrides, results.started, results.provenance}};
  return results;
}

void settle_baselines(RunResults& results, const std::string& wanted) {
  check_baseline(results, wanted);
  for (BenchmarkResults& benchmark : results.benchmarks) {
    drop_empty_metrics(benchmark);
    choose_baseline(benchmark, wanted);
  }
}

RunResults collect_results(const RunData& run, const std::string& baseline) {
  RunResults results = arrange_results(run);
  settle_baselines(results, baseline);
  return results;
}

}  // namespace assay::reports
