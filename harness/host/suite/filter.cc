#include "host/suite/filter.h"

#include "host/suite/reading.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <algorithm>

namespace assay {

namespace {

bool matches(const MethodVariant& method, const std::string& glob) {
  return matches_glob(method.name, glob) || matches_glob(method.use, glob);
}

std::vector<const Benchmark*> matching_benchmarks(const Suite& suite, const std::string& glob) {
  std::vector<const Benchmark*> matching;
  std::vector<std::string> known;
  for (const Benchmark& benchmark : suite.benchmarks) {
    known.push_back(benchmark.id);
    if (glob.empty() || matches_glob(benchmark.id, glob)) matching.push_back(&benchmark);
  }
  if (!matching.empty()) return matching;
  const std::string near = did_you_mean(glob, known);
  throw Error("--only: no benchmark of the suite matches " + quote(glob) +
                  (near.empty() ? "; it has " + join(known, ", ") : near),
              ExitStatus::wrong_use);
}

void check_globs(const std::vector<const Benchmark*>& benchmarks,
                 const std::vector<std::string>& globs) {
  std::vector<std::string> names;
  for (const Benchmark* benchmark : benchmarks) {
    for (const MethodVariant& method : benchmark->methods) {
      if (std::find(names.begin(), names.end(), method.name) == names.end()) {
        names.push_back(method.name);
      }
    }
  }
  for (const std::string& glob : globs) {
    bool found = false;
    for (const Benchmark* benchmark : benchmarks) {
      for (const MethodVariant& method : benchmark->methods) found = found || matches(method, glob);
    }
    if (found) continue;
    const std::string near = did_you_mean(glob, names);
    throw Error("--methods: no method of the benchmarks matches " + quote(glob) +
                    (near.empty() ? "; there are " + join(names, ", ") : near),
                ExitStatus::wrong_use);
  }
}

}  // namespace

void keep_seeds(Suite& suite, std::int64_t count) {
  if (count < 1 || count > most_seeds) {
    throw Error("--seeds " + std::to_string(count) + ": 1 to " + std::to_string(most_seeds) +
                    " seeds are possible",
                ExitStatus::wrong_use);
  }
  suite.seeds.clear();
  for (std::int64_t seed = 0; seed < count; ++seed) suite.seeds.push_back(seed);
  for (Benchmark& benchmark : suite.benchmarks) benchmark.seeds = suite.seeds;
  if (const std::size_t cells = count_cells(suite); cells > static_cast<std::size_t>(most_cells)) {
    throw Error("--seeds " + std::to_string(count) + ": that makes " + std::to_string(cells) +
                    " cells, and a suite may have " + std::to_string(most_cells),
                ExitStatus::wrong_use);
  }
}

bool Selection::has(const std::string& benchmark, const std::string& method,
                    bool reference) const {
  const auto found = kept.find(benchmark);
  return found != kept.end() && (reference || found->second.count(method) > 0);
}

Selection select(const Suite& suite, const std::string& only,
                 const std::vector<std::string>& methods) {
  Selection selection{.only = only, .methods = methods, .kept = {}};
  const std::vector<const Benchmark*> benchmarks = matching_benchmarks(suite, only);
  check_globs(benchmarks, methods);
  for (const Benchmark* benchmark : benchmarks) {
    for (const MethodVariant& method : benchmark->methods) {
      const bool kept = methods.empty() || std::any_of(methods.begin(), methods.end(),
                                                       [&method](const std::string& glob) {
                                                         return matches(method, glob);
                                                       });
      if (kept) selection.kept[benchmark->id].insert(method.name);
    }
  }
  return selection;
}

}  // namespace assay
