#include "host/plan/plan.h"

#include "host/plan/keys.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace assay {

namespace {

// `items` in order, cut into the fewest pieces of at most `largest`, sizes differing by one at most.
template <typename T>
std::vector<std::vector<T>> cut(const std::vector<T>& items, std::size_t largest) {
  std::vector<std::vector<T>> pieces;
  if (items.empty()) return pieces;
  const std::size_t count = (items.size() + largest - 1) / largest;
  for (std::size_t i = 0; i < count; ++i) {
    pieces.emplace_back(items.begin() + static_cast<std::ptrdiff_t>(i * items.size() / count),
                        items.begin() + static_cast<std::ptrdiff_t>((i + 1) * items.size() / count));
  }
  return pieces;
}

// Variants of one method that differ in `per_row` parameters of a sweep alone.
struct VariantGroup {
  Json method;                         // METHOD of the plugin
  std::vector<const Json*> variants;   // entries of the suite's `methods`
  std::vector<std::size_t> order;
};

bool sweeps_rows(const Json& variant, const Json& method) {
  const Json sweep = variant.value("sweep", Json::array());
  if (sweep.empty()) return false;
  std::set<std::string> per_row;
  for (const Json& parameter : method.value("parameters", Json::array())) {
    if (parameter.value("per_row", false)) per_row.insert(parameter.at("key"));
  }
  return std::all_of(sweep.begin(), sweep.end(), [&per_row](const Json& key) {
    return per_row.count(key.get<std::string>()) > 0;
  });
}

class Planner {
 public:
  explicit Planner(const PlanInputs& inputs) : inputs_(inputs) {
    plan_.suite = inputs.suite;
    plan_.blocks = Json::object();
  }

  Plan plan() {
    check_needs();
    const Json& benchmarks = inputs_.suite.at("benchmarks");
    for (std::size_t i = 0; i < benchmarks.size(); ++i) add_benchmark(i);
    return std::move(plan_);
  }

 private:
  void check_needs() const;
  void add_benchmark(std::size_t index);
  void add_block(const Seeds& block);
  void add_group(const VariantGroup& group, const Seeds& block);
  void add_job(CellsJob job, const std::vector<Json>& variants, const std::vector<std::size_t>& order,
               const std::string& role);
  std::vector<VariantGroup> groups() const;
  std::map<std::string, std::size_t> inputs_named(const Json& names) const;
  const Json& method(const std::string& id) const;

  const PlanInputs& inputs_;
  Plan plan_;
  std::map<std::string, std::size_t> stage_of_key_;
  // The benchmark and block in work.
  std::size_t index_ = 0;
  const Json* benchmark_ = nullptr;
  const Json* expansion_ = nullptr;
  std::size_t cohort_ = 1;
  std::set<std::uint64_t> wanted_;
  std::map<std::string, std::size_t> stages_;
};

const Json& Planner::method(const std::string& id) const {
  const auto found = inputs_.methods.find(id);
  if (found == inputs_.methods.end()) throw Error("no plugin provides the method '" + id + "'");
  return found->second;
}

void Planner::check_needs() const {
  std::vector<std::string> problems;
  const Json& benchmarks = inputs_.suite.at("benchmarks");
  for (std::size_t i = 0; i < benchmarks.size(); ++i) {
    const Json& offered = inputs_.expansions.at(i).at("capabilities");
    for (const Json& variant : benchmarks[i].at("methods")) {
      for (const Json& need : method(variant.at("use")).value("needs", Json::array())) {
        if (std::find(offered.begin(), offered.end(), need) != offered.end()) continue;
        problems.push_back("benchmark '" + benchmarks[i].at("id").get<std::string>() + "': method '" +
                           variant.at("name").get<std::string>() + "' needs '" +
                           need.get<std::string>() + "', which this benchmark does not offer (it offers: " +
                           join(offered.get<std::vector<std::string>>(), ", ") + ")");
      }
    }
  }
  if (!problems.empty()) {
    throw Error(join(problems, "\n") + "\nTake the method out of the benchmark, or change the "
                                       "benchmark's settings so that it offers what is needed.",
                ExitStatus::wrong_use);
  }
}

void Planner::add_benchmark(std::size_t index) {
  index_ = index;
  benchmark_ = &inputs_.suite.at("benchmarks").at(index);
  expansion_ = &inputs_.expansions.at(index);
  const Seeds seeds = benchmark_->at("seeds").get<Seeds>();
  wanted_ = {seeds.begin(), seeds.end()};
  const std::size_t set = benchmark_->value("cohort", std::size_t{0});
  cohort_ = std::max<std::size_t>(1, set > 0 ? set : expansion_->value("cohort", std::size_t{1}));
  const std::string id = benchmark_->at("id");
  std::vector<Seeds> recorded;
  if (inputs_.recorded_blocks.is_object() && inputs_.recorded_blocks.contains(id)) {
    recorded = inputs_.recorded_blocks[id].get<std::vector<Seeds>>();
  }
  const std::vector<Seeds> blocks = make_blocks(seeds, cohort_, recorded);
  plan_.blocks[id] = blocks;
  for (const Seeds& block : blocks) {
    // A recorded block may have no seed of this suite left: it is remembered, not run.
    if (std::any_of(block.begin(), block.end(),
                    [this](std::uint64_t seed) { return wanted_.count(seed) > 0; })) {
      add_block(block);
    }
  }
}

std::map<std::string, std::size_t> Planner::inputs_named(const Json& names) const {
  std::map<std::string, std::size_t> indices;
  for (const Json& name : names) indices[name] = stages_.at(name.get<std::string>());
  return indices;
}

void Planner::add_block(const Seeds& block) {
  stages_.clear();
  const double rows = static_cast<double>(block.size());
  for (const Json& stage : expansion_->at("stages")) {
    PlannedStage planned;
    planned.inputs = inputs_named(stage.value("inputs", Json::array()));
    Json input_keys = Json::object();
    for (const auto& [name, input] : planned.inputs) input_keys[name] = plan_.stages[input].key;
    planned.components = {{"family", benchmark_->at("family")},
                          {"stage", stage.at("name")},
                          {"settings", stage.value("settings", Json::object())},
                          {"seeds", block},
                          {"inputs", input_keys},
                          {"data", expansion_->value("data", Json::array())},
                          {"build", inputs_.build}};
    planned.key = key_of(planned.components);
    const auto [place, is_new] = stage_of_key_.emplace(planned.key, plan_.stages.size());
    stages_[stage.at("name")] = place->second;
    if (!is_new) continue;
    planned.benchmark = benchmark_->at("id");
    planned.family = benchmark_->at("family");
    planned.name = stage.at("name");
    planned.title = stage.value("title", planned.name);
    planned.settings = benchmark_->at("settings");
    planned.seeds = block;
    planned.cost = stage.value("cost", 1.0) * rows;
    plan_.stages.push_back(std::move(planned));
  }

  std::size_t order = 0;
  for (const Json& reference : expansion_->at("references")) {
    CellsJob job;
    job.use = reference.at("id");
    job.reference = true;
    job.block = block;
    job.inputs = inputs_named(reference.value("inputs", Json::array()));
    job.cost = 0.05 * rows;  // references are scored, not trained
    const Json variant = {{"name", reference.at("id")}, {"parameters", Json::object()}};
    add_job(std::move(job), std::vector<Json>(1, variant), {order++}, "reference");
  }
  for (const VariantGroup& group : groups()) add_group(group, block);
}

std::vector<VariantGroup> Planner::groups() const {
  std::vector<VariantGroup> groups;
  std::map<std::string, std::size_t> of_sweep;
  std::size_t order = expansion_->at("references").size();
  for (const Json& variant : benchmark_->at("methods")) {
    const Json& description = method(variant.at("use"));
    std::size_t place = groups.size();
    if (sweeps_rows(variant, description)) {
      Json fixed = variant.at("parameters");
      for (const Json& key : variant.at("sweep")) fixed.erase(key.get<std::string>());
      const Json same = {{"use", variant.at("use")}, {"sweep", variant.at("sweep")}, {"fixed", fixed}};
      place = of_sweep.emplace(same.dump(), groups.size()).first->second;
    }
    if (place == groups.size()) groups.push_back({.method = description, .variants = {}, .order = {}});
    groups[place].variants.push_back(&variant);
    groups[place].order.push_back(order++);
  }
  return groups;
}

void Planner::add_group(const VariantGroup& group, const Seeds& block) {
  const bool single = group.method.value("single_row", false);
  // As many values of a sweep as fit beside each other into the cohort.
  const std::size_t values = single ? 1 : std::max<std::size_t>(1, cohort_ / block.size());
  std::vector<std::size_t> positions(group.variants.size());
  for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = i;
  for (const std::vector<std::size_t>& piece : cut(positions, values)) {
    std::vector<Json> variants;
    std::vector<std::size_t> order;
    for (const std::size_t i : piece) {
      variants.push_back(*group.variants[i]);
      order.push_back(group.order[i]);
    }
    for (const Seeds& seeds : cut(block, single ? 1 : block.size())) {
      CellsJob job;
      job.use = group.method.at("id");
      job.plugin = group.method.at("file");
      job.plugin_hash = group.method.at("plugin_hash");
      job.block = seeds;
      const Json& description = expansion_->at("method");
      job.inputs = inputs_named(description.value("inputs", Json::array()));
      job.cost = description.value("cost", 1.0) * static_cast<double>(seeds.size() * variants.size());
      add_job(std::move(job), variants, order, "method");
    }
  }
}

void Planner::add_job(CellsJob job, const std::vector<Json>& variants,
                      const std::vector<std::size_t>& order, const std::string& role) {
  job.benchmark = index_;
  job.family = benchmark_->at("family");
  job.settings = benchmark_->at("settings");
  Json input_keys = Json::object();
  for (const auto& [name, input] : job.inputs) input_keys[name] = plan_.stages[input].key;
  // Components of the keys. What all cells of the job share is hashed for their parts once.
  Json alone = {{"family", job.family},
                {"settings", job.settings},
                {"inputs", input_keys},
                {"data", expansion_->value("data", Json::array())},
                {"build", inputs_.build},
                {"plugin", job.plugin_hash}};
  Json together = alone;
  if (variants.size() > 1) {  // what trains beside a row changes its last bits
    for (const Json& variant : variants) together["rows"].push_back(variant.at("parameters"));
  }
  const Json shared_parts = parts_of(together);
  for (std::size_t v = 0; v < variants.size(); ++v) {
    for (const std::uint64_t seed : job.block) {
      PlannedCell cell;
      cell.identity = {.benchmark = benchmark_->at("id"),
                       .family = job.family,
                       .method = variants[v].at("name"),
                       .use = job.use,
                       .role = role,
                       .parameters = variants[v].at("parameters"),
                       .seed = seed,
                       .block = job.block};
      Json own = {{"method", {{"use", job.use}, {"parameters", cell.identity.parameters}}},
                  {"seed", seed},
                  {"block", job.block}};
      together.update(own);
      cell.identity.key = key_of(together);
      cell.identity.parts = shared_parts;
      cell.identity.parts.update(parts_of(own));
      own["block"] = Seeds{seed};
      alone.update(own);
      cell.key_alone = key_of(alone);
      cell.parts_alone = shared_parts;
      cell.parts_alone.erase("rows");
      cell.parts_alone.update(parts_of(own));
      cell.wanted = wanted_.count(seed) > 0;
      cell.order = index_ << 32 | order[v];
      job.cells.push_back(plan_.cells.size());
      plan_.cells.push_back(std::move(cell));
    }
  }
  plan_.jobs.push_back(std::move(job));
}

}  // namespace

CellIdentity PlannedCell::alone() const {
  CellIdentity single = identity;
  single.block = {identity.seed};
  single.key = key_alone;
  single.parts = parts_alone;
  return single;
}

std::vector<std::size_t> Plan::listed() const {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].wanted) indices.push_back(i);
  }
  // Seeds stay in the order of their blocks: blocks were planned one after the other.
  std::stable_sort(indices.begin(), indices.end(), [this](std::size_t a, std::size_t b) {
    return cells[a].order < cells[b].order;
  });
  return indices;
}

std::vector<Seeds> make_blocks(const Seeds& seeds, std::size_t cohort,
                               const std::vector<Seeds>& recorded) {
  cohort = std::max<std::size_t>(1, cohort);
  std::set<std::uint64_t> known;
  std::vector<Seeds> blocks;
  for (const Seeds& block : recorded) {
    if (block.empty() || block.size() > cohort) continue;
    known.insert(block.begin(), block.end());
    blocks.push_back(block);
  }
  Seeds fresh;
  for (const std::uint64_t seed : seeds) {
    if (known.insert(seed).second) fresh.push_back(seed);
  }
  // Stages are jobs that others wait for: from ten seeds on there are two of each, which can run side by
  // side, and five rows are enough to share a step's overhead.
  const std::size_t half = fresh.size() < 10 ? fresh.size() : (fresh.size() + 1) / 2;
  for (Seeds& block : cut(fresh, std::min(cohort, std::max<std::size_t>(half, 1)))) {
    blocks.push_back(std::move(block));
  }
  return blocks;
}

Plan make_plan(const PlanInputs& inputs) { return Planner(inputs).plan(); }

}  // namespace assay
