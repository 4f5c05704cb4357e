#include "reports/analysis/merge.h"

#include "reports/analysis/merge_benchmarks.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <algorithm>
#include <functional>
#include <set>

namespace assay::reports {

namespace {

namespace fs = std::filesystem;

// The last `parts` names of a path.
std::string tail(const fs::path& path, std::size_t parts) {
  const std::vector<fs::path> names(path.begin(), path.end());
  fs::path end;
  for (std::size_t i = names.size() > parts ? names.size() - parts : 0; i < names.size(); ++i) {
    end /= names[i];
  }
  return end.string();
}

// Texts of the runs as one: the common one, else each with its run's label.
std::string one_text(const std::vector<RunOrigin>& runs,
                     const std::function<std::string(const RunOrigin&)>& text) {
  const std::string first = text(runs.front());
  const bool same = std::all_of(runs.begin(), runs.end(),
                                [&](const RunOrigin& run) { return text(run) == first; });
  if (same) return first;
  std::vector<std::string> parts;
  for (const RunOrigin& run : runs) parts.push_back(run.label + ": " + text(run));
  return join(parts, "; ");
}

std::string value_text(const Json& json, const std::string& key) {
  if (!json.contains(key)) return "unknown";
  return json[key].is_string() ? json[key].get<std::string>()
                               : json[key].dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Objects with every key that a run has; values that differ become one text.
Json merged_values(const std::vector<RunOrigin>& runs,
                   const std::function<Json(const RunOrigin&)>& object) {
  Json merged = Json::object();
  for (const RunOrigin& origin : runs) {
    const Json values = object(origin);
    for (const auto& [key, value] : values.items()) {
      if (merged.contains(key)) continue;
      const bool same =
          std::all_of(runs.begin(), runs.end(), [&, k = key, v = value](const auto& run) {
            const Json other = object(run);
            return other.contains(k) && other[k] == v;
          });
      if (same) {
        merged[key] = value;
        continue;
      }
      merged[key] =
          one_text(runs, [&, k = key](const RunOrigin& run) { return value_text(object(run), k); });
    }
  }
  return merged;
}

// The runs' provenance as one; RunResults::runs has each by itself. What is itself an object is
// merged by its own keys, so that the shape stays that of one run.
Json merged_provenance(const std::vector<RunOrigin>& runs) {
  const auto part = [&](const char* key) {
    return merged_values(runs, [key](const RunOrigin& run) {
      const Json value = run.provenance.value(key, Json());
      return value.is_object() ? value : Json::object();
    });
  };
  Json merged = merged_values(runs, [](const RunOrigin& run) {
    Json plain = run.provenance;
    for (const char* key : {"build", "git", "command"}) plain.erase(key);
    return plain;
  });
  merged["build"] = part("build");
  merged["build"]["numerics"] = merged_values(runs, [](const RunOrigin& run) {
    const Json build = run.provenance.value("build", Json::object());
    const Json value = build.is_object() ? build.value("numerics", Json()) : Json();
    return value.is_object() ? value : Json::object();
  });
  Json git = part("git");
  // A flag must stay one.
  git["changed"] = std::any_of(runs.begin(), runs.end(), [](const RunOrigin& run) {
    const Json one = run.provenance.value("git", Json());
    return one.is_object() && one.value("changed", Json(false)) == true;
  });
  merged["git"] = git.size() > 1 ? git : Json();
  const Json command = runs.front().provenance.value("command", Json());
  if (std::all_of(runs.begin(), runs.end(), [&](const RunOrigin& run) {
        return run.provenance.value("command", Json()) == command;
      })) {
    merged["command"] = command;
  }
  return merged;
}

std::string merged_title(const std::vector<RunResults>& runs) {
  std::vector<std::string> titles;
  for (const RunResults& run : runs) {
    if (std::find(titles.begin(), titles.end(), run.title) == titles.end()) {
      titles.push_back(run.title);
    }
  }
  if (titles.size() > 3) {
    const std::string more = std::to_string(titles.size() - 2) + " more";
    titles.resize(2);
    titles.push_back(more);
  }
  return join(titles, ", ");
}

std::string merged_name(const std::vector<RunOrigin>& runs) {
  std::vector<std::string> names;
  for (const RunOrigin& run : runs) {
    if (std::find(names.begin(), names.end(), run.suite) == names.end()) names.push_back(run.suite);
  }
  return join(names, "+");
}

void merge_texts(RunResults& merged, const std::vector<RunResults>& runs) {
  const std::vector<RunOrigin>& origins = merged.runs;
  merged.name = merged_name(origins);
  merged.title = merged_title(runs);
  std::vector<std::string> labels;
  for (const RunOrigin& run : origins) labels.push_back(run.label);
  merged.description =
      std::to_string(runs.size()) + " runs in one report: " + join(labels, ", ") + ".";
  if (std::all_of(runs.begin(), runs.end(), [&](const RunResults& run) {
        return run.description == runs.front().description;
      })) {
    merged.description += (runs.front().description.empty() ? "" : " ") + runs.front().description;
  }
  merged.started = origins.front().started;
  for (const RunOrigin& run : origins) merged.started = std::min(merged.started, run.started);

  // A command that computes cells again needs its own run's suite and overrides (RunOrigin): here
  // is only what holds for all.
  const auto all_have = [&](const auto& member) {
    return std::all_of(origins.begin(), origins.end(), [&](const RunOrigin& run) {
      return run.*member == origins.front().*member;
    });
  };
  if (all_have(&RunOrigin::suite_file)) merged.suite_file = origins.front().suite_file;
  if (all_have(&RunOrigin::suite_text)) {
    merged.suite_text = origins.front().suite_text;
  } else {
    for (const RunOrigin& run : origins) {
      merged.suite_text += "# The suite of " + run.label + "\n" + run.suite_text + "\n";
    }
  }
  for (const RunOrigin& run : origins) {
    for (const std::string& assignment : run.overrides) {
      if (std::find(merged.overrides.begin(), merged.overrides.end(), assignment) ==
          merged.overrides.end()) {
        merged.overrides.push_back(assignment);
      }
    }
  }
}

bool same_points(const ClaimLine& a, const ClaimLine& b) {
  return std::equal(a.points.begin(), a.points.end(), b.points.begin(), b.points.end(),
                    [](const ClaimPoint& x, const ClaimPoint& y) {
                      return x.benchmark == y.benchmark && x.row == y.row && x.x == y.x;
                    });
}

bool same_claim(const Claim& a, const Claim& b) {
  return a.says == b.says && a.paper == b.paper && a.on == b.on && a.metric == b.metric &&
         a.expect == b.expect && a.method == b.method && a.at == b.at && a.exact == b.exact &&
         a.log == b.log &&
         std::equal(a.lines.begin(), a.lines.end(), b.lines.begin(), b.lines.end(), same_points);
}

// The run's claims with the benchmarks' new ids; what several runs state alike is stated once.
void add_claims(RunResults& merged, const RunResults& run,
                const std::map<std::string, std::string>& ids) {
  const auto rename = [&ids](std::string& id) {
    if (const auto found = ids.find(id); found != ids.end()) id = found->second;
  };
  for (Claim claim : run.claims) {
    for (std::string& id : claim.on) rename(id);
    for (ClaimLine& line : claim.lines) {
      for (ClaimPoint& point : line.points) rename(point.benchmark);
    }
    const bool known = std::any_of(merged.claims.begin(), merged.claims.end(),
                                   [&](const Claim& other) { return same_claim(claim, other); });
    if (!known) merged.claims.push_back(std::move(claim));
  }
}

int leniency(Correction correction) {
  switch (correction) {
    case Correction::bonferroni:
      return 0;
    case Correction::holm:
      return 1;
    case Correction::none:
      break;
  }
  return 2;
}

// All claims of a report are one family of tests under one rule: the strictest of the suites'.
// Points know their seeds, which are now those of all runs.
void settle_claims(RunResults& merged) {
  ClaimRules rules;
  bool differ = false;
  for (std::size_t i = 0; i < merged.claims.size(); ++i) {
    const ClaimRules& own = merged.claims[i].rules;
    if (i == 0) rules = own;
    differ |= own.level != rules.level || own.correction != rules.correction;
    rules.level = std::min(rules.level, own.level);
    if (leniency(own.correction) < leniency(rules.correction)) rules.correction = own.correction;
  }
  if (differ) {
    merged.problems.push_back(
        "The suites correct their claims in different ways: the strictest level and correction "
        "hold for all claims here");
  }
  for (Claim& claim : merged.claims) {
    claim.rules = rules;
    for (ClaimLine& line : claim.lines) {
      for (ClaimPoint& point : line.points) {
        for (const BenchmarkResults& benchmark : merged.benchmarks) {
          if (benchmark.id == point.benchmark) {
            point.seeds.assign(benchmark.seeds.begin(), benchmark.seeds.end());
          }
        }
      }
    }
  }
}

}  // namespace

std::vector<std::string> run_labels(const std::vector<fs::path>& folders) {
  std::vector<fs::path> paths;
  for (const fs::path& folder : folders) {
    // Symbolic links and "." would hide that two names are one folder.
    fs::path path = fs::weakly_canonical(fs::absolute(folder));
    if (path.filename().empty()) path = path.parent_path();
    if (std::find(paths.begin(), paths.end(), path) != paths.end()) {
      throw Error(folder.string() + " is named twice: name each run once", ExitStatus::wrong_use);
    }
    paths.push_back(std::move(path));
  }
  std::vector<std::string> labels;
  for (std::size_t parts = 1;; ++parts) {
    labels.clear();
    for (const fs::path& path : paths) labels.push_back(tail(path, parts));
    if (std::set<std::string>(labels.begin(), labels.end()).size() == labels.size()) return labels;
  }
}

RunResults merge_results(std::vector<RunResults> runs, const std::vector<std::string>& labels) {
  if (runs.size() == 1) return std::move(runs.front());
  RunResults merged;
  BenchmarkMerge tables;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    RunResults& run = runs[i];
    merged.runs.push_back(run.runs.front());
    merged.runs.back().label = labels[i];
    for (const auto& [id, family] : run.families.items()) {
      if (!merged.families.contains(id)) merged.families[id] = family;
    }
    for (const auto& [id, method] : run.methods.items()) {
      if (!merged.methods.contains(id)) merged.methods[id] = method;
    }
    for (const std::string& problem : run.problems) {
      merged.problems.push_back(labels[i] + ": " + problem);
    }
    merged.outdated += run.outdated;
    for (LoggedCommand& command : run.jobs) {
      command.run = labels[i];
      merged.jobs.push_back(std::move(command));
    }
    if (run.running_pid != 0) merged.running_pid = run.running_pid;
    for (BenchmarkResults& benchmark : run.benchmarks) {
      for (Row& row : benchmark.rows) {
        for (SeedResult& seed : row.seeds) {
          seed.run = i;
          if (!seed.error_log.empty()) seed.error_log = labels[i] + "/" + seed.error_log;
        }
      }
      tables.add(std::move(benchmark), i, labels[i]);
    }
  }
  // ISO times in UTC: their order is that of their texts.
  std::stable_sort(merged.jobs.begin(), merged.jobs.end(),
                   [](const LoggedCommand& a, const LoggedCommand& b) { return a.started < b.started; });
  std::vector<std::string> notes = tables.finish(labels);
  merged.problems.insert(merged.problems.end(), notes.begin(), notes.end());
  for (std::size_t i = 0; i < runs.size(); ++i) add_claims(merged, runs[i], tables.ids(i));
  merged.benchmarks = tables.take();
  settle_claims(merged);
  merged.provenance = merged_provenance(merged.runs);
  merge_texts(merged, runs);
  return merged;
}

}  // namespace assay::reports
