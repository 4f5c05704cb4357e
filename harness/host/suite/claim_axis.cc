#include "host/suite/claim_axis.h"

#include <assay/common/text.h>

#include <algorithm>
#include <map>
#include <optional>

namespace assay {

namespace {

using Lines = std::variant<std::vector<ClaimLine>, AxisProblem>;

AxisProblem on_axis(std::string message) {
  return {AxisProblem::Part::axis, std::move(message)};
}

bool is_swept(const MethodVariant& variant, const std::string& stem) {
  return !variant.sweep.empty() && variant.name.starts_with(stem + "-" + variant.sweep[0] + "=");
}

bool sweeps(const MethodVariant& variant, const std::string& stem, const std::string& axis) {
  return is_swept(variant, stem) &&
         std::find(variant.sweep.begin(), variant.sweep.end(), axis) != variant.sweep.end();
}

bool sweeps(const Benchmark& benchmark, const std::string& stem, const std::string& axis) {
  return std::any_of(benchmark.methods.begin(), benchmark.methods.end(),
                     [&](const MethodVariant& one) { return sweeps(one, stem, axis); });
}

// A setting by its path with dots; nullptr when there is none.
const Json* setting_at(const Json& settings, const std::string& path) {
  const Json* found = &settings;
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t dot = std::min(path.find('.', from), path.size());
    const std::string key = path.substr(from, dot - from);
    if (!found->is_object() || !found->contains(key)) return nullptr;
    found = &(*found)[key];
    from = dot + 1;
  }
  return found;
}

void collect_paths(const Json& settings, const std::string& prefix,
                   std::vector<std::string>& paths) {
  for (const auto& [key, value] : settings.items()) {
    if (value.is_object()) {
      collect_paths(value, prefix + key + ".", paths);
    } else if (value.is_number()) {
      paths.push_back(prefix + key);
    }
  }
}

std::string unknown_axis(const std::string& axis, const std::string& method,
                         const std::vector<const Benchmark*>& benchmarks) {
  std::vector<std::string> known;
  for (const Benchmark* benchmark : benchmarks) {
    for (const MethodVariant& variant : benchmark->methods) {
      if (!is_swept(variant, method)) continue;
      known.insert(known.end(), variant.sweep.begin(), variant.sweep.end());
    }
    collect_paths(benchmark->settings, "", known);
  }
  return "nothing varies " + quote(axis) + ": it is neither a parameter that variants of " +
         quote(method) + " sweep nor a setting of the benchmarks" + did_you_mean(axis, known);
}

// What else a variant sweeps, as its line's name shows it.
std::string others_of(const MethodVariant& variant, const std::string& axis) {
  std::vector<std::string> others;
  for (const std::string& key : variant.sweep) {
    if (key == axis) continue;
    const Json& value = variant.parameters.at(key);
    others.push_back(key + "=" +
                     (value.is_string()         ? value.get<std::string>()
                      : value.is_number_float() ? number_text(value.get<double>())
                                                : value.dump()));
  }
  return others.empty() ? "" : " at " + join(others, ", ");
}

std::optional<AxisProblem> check_line(ClaimLine& line, const std::string& axis, bool log_axis) {
  std::vector<ClaimPoint>& points = line.points;
  std::stable_sort(points.begin(), points.end(),
                   [](const ClaimPoint& a, const ClaimPoint& b) { return a.x < b.x; });
  if (points.size() < 2) {
    return on_axis(quote(axis) + " has a single value on " + quote(points[0].benchmark) +
                   ": a sweep needs two or more");
  }
  if (log_axis && !(points[0].x > 0)) {
    return on_axis(quote(axis) + " takes the value " + number_text(points[0].x) +
                   ", which has no logarithm");
  }
  return std::nullopt;
}

Lines over_parameter(const Claim& claim, const Expectation& expectation,
                     const std::vector<const Benchmark*>& benchmarks) {
  const std::string& axis = expectation.axis;
  std::vector<ClaimLine> lines;
  for (const Benchmark* benchmark : benchmarks) {
    if (!sweeps(*benchmark, claim.method, axis)) {
      return on_axis(quote(axis) + " is not swept by " + quote(claim.method) + " on " +
                     quote(benchmark->id));
    }
    std::map<std::string, std::size_t> line_of;
    for (const MethodVariant& variant : benchmark->methods) {
      if (!sweeps(variant, claim.method, axis)) continue;
      const Json& value = variant.parameters.at(axis);
      if (!value.is_number()) {
        return on_axis("the values of " + quote(axis) + " are not numbers");
      }
      const std::string name = claim.method + " over " + axis + others_of(variant, axis);
      const auto [place, fresh] = line_of.emplace(name, lines.size());
      if (fresh) lines.push_back({name, {}});
      lines[place->second].points.push_back(
          {benchmark->id, variant.name, value.get<double>(), benchmark->seeds});
    }
  }
  for (ClaimLine& line : lines) {
    if (auto problem = check_line(line, axis, expectation.log_axis)) return *problem;
  }
  return lines;
}

Lines over_setting(const Claim& claim, const Expectation& expectation,
                   const std::vector<const Benchmark*>& benchmarks) {
  const std::string& axis = expectation.axis;
  ClaimLine line{claim.method + " over " + axis, {}};
  for (const Benchmark* benchmark : benchmarks) {
    const Json* value = setting_at(benchmark->settings, axis);
    if (value == nullptr || !value->is_number()) {
      return on_axis(quote(axis) + " is not a number among the settings of " +
                     quote(benchmark->id));
    }
    line.points.push_back({benchmark->id, claim.method, value->get<double>(), benchmark->seeds});
  }
  if (line.points.size() < 2) {
    return on_axis("the setting " + quote(axis) + " does not vary: 'on' needs two benchmarks or " +
                   "more that differ in it");
  }
  if (auto problem = check_line(line, axis, expectation.log_axis)) return *problem;
  for (std::size_t i = 0; i + 1 < line.points.size(); ++i) {
    if (line.points[i].x != line.points[i + 1].x) continue;
    return on_axis(quote(line.points[i].benchmark) + " and " + quote(line.points[i + 1].benchmark) +
                   " have the same " + axis + ", " + number_text(line.points[i].x) +
                   ": the benchmarks of 'on' must differ in it");
  }
  return std::vector<ClaimLine>{line};
}

// The rows of a comparison across benchmarks, in the order of its names.
ClaimLine named_rows(const Expectation& expectation, const Suite& suite) {
  ClaimLine line;
  for (std::size_t i = 0; i < expectation.names.size(); ++i) {
    const std::string& id = expectation.benchmarks[i];
    const auto found = std::find_if(suite.benchmarks.begin(), suite.benchmarks.end(),
                                    [&](const Benchmark& one) { return one.id == id; });
    if (found == suite.benchmarks.end()) return {};
    line.points.push_back({id, expectation.names[i], static_cast<double>(i), found->seeds});
  }
  return line;
}

}  // namespace

std::vector<std::string> sweep_stems(const Benchmark& benchmark) {
  std::vector<std::string> stems;
  for (const MethodVariant& one : benchmark.methods) {
    if (one.sweep.empty()) continue;
    const std::string stem = one.name.substr(0, one.name.find("-" + one.sweep[0] + "="));
    if (std::find(stems.begin(), stems.end(), stem) == stems.end()) stems.push_back(stem);
  }
  return stems;
}

Lines find_lines(const Claim& claim, const Expectation& expectation, const Suite& suite) {
  std::vector<const Benchmark*> benchmarks;
  for (const std::string& id : claim.on) {
    const auto found = std::find_if(suite.benchmarks.begin(), suite.benchmarks.end(),
                                    [&](const Benchmark& one) { return one.id == id; });
    if (found != suite.benchmarks.end()) benchmarks.push_back(&*found);
  }
  const auto any = [&](const auto& holds) {
    return std::any_of(benchmarks.begin(), benchmarks.end(),
                       [&](const Benchmark* one) { return holds(*one); });
  };
  const std::string& axis = expectation.axis;
  if (any([&](const Benchmark& one) { return sweeps(one, claim.method, axis); })) {
    return over_parameter(claim, expectation, benchmarks);
  }
  if (!any([&](const Benchmark& one) { return setting_at(one.settings, axis) != nullptr; })) {
    return on_axis(unknown_axis(axis, claim.method, benchmarks));
  }
  const auto is_stem = [&](const Benchmark& one) {
    return std::any_of(one.methods.begin(), one.methods.end(), [&](const MethodVariant& variant) {
      return is_swept(variant, claim.method);
    });
  };
  if (any(is_stem)) {
    return AxisProblem{AxisProblem::Part::method,
                       quote(claim.method) + " stands for several variants: along the setting " +
                           quote(axis) + " name one of them"};
  }
  return over_setting(claim, expectation, benchmarks);
}

void complete_claims(Suite& suite) {
  for (Claim& claim : suite.claims) {
    claim.rules = suite.rules;
    claim.lines.clear();
    const auto parsed = parse_expectation(claim.expect);
    const auto* expectation = std::get_if<Expectation>(&parsed);
    if (expectation == nullptr) continue;
    if (expectation->across()) claim.lines = {named_rows(*expectation, suite)};
    if (!expectation->sweeps()) continue;
    Lines lines = find_lines(claim, *expectation, suite);
    if (auto* found = std::get_if<std::vector<ClaimLine>>(&lines)) claim.lines = std::move(*found);
  }
}

}  // namespace assay
