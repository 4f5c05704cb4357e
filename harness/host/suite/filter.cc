#include "host/suite/filter.h"

#include "host/suite/expectation.h"
#include "host/suite/reading.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <algorithm>
#include <set>
#include <variant>

namespace assay {

namespace {

template <class T, class Predicate>
void erase_where(std::vector<T>& values, Predicate predicate) {
  values.erase(std::remove_if(values.begin(), values.end(), predicate), values.end());
}

/// Drops the claims that `lost` holds for, and returns what they say.
template <class Predicate>
std::vector<std::string> drop_claims(Suite& suite, Predicate lost) {
  std::vector<std::string> dropped;
  erase_where(suite.claims, [&](const Claim& claim) {
    if (!lost(claim)) return false;
    dropped.push_back(claim.says);
    return true;
  });
  return dropped;
}

std::vector<std::string> ids(const Suite& suite) {
  std::vector<std::string> ids;
  for (const Benchmark& benchmark : suite.benchmarks) ids.push_back(benchmark.id);
  return ids;
}

std::vector<std::string> drop_claims_of_lost_benchmarks(Suite& suite) {
  const std::vector<std::string> left = ids(suite);
  return drop_claims(suite, [&](const Claim& claim) {
    return std::any_of(claim.on.begin(), claim.on.end(), [&](const std::string& id) {
      return std::find(left.begin(), left.end(), id) == left.end();
    });
  });
}

bool matches(const MethodVariant& method, const std::string& glob) {
  return matches_glob(method.name, glob) || matches_glob(method.use, glob);
}

void check_globs(const Suite& suite, const std::vector<std::string>& globs) {
  std::vector<std::string> names;
  for (const Benchmark& benchmark : suite.benchmarks) {
    for (const MethodVariant& method : benchmark.methods) {
      if (std::find(names.begin(), names.end(), method.name) == names.end()) {
        names.push_back(method.name);
      }
    }
  }
  for (const std::string& glob : globs) {
    bool found = false;
    for (const Benchmark& benchmark : suite.benchmarks) {
      for (const MethodVariant& method : benchmark.methods) found = found || matches(method, glob);
    }
    if (found) continue;
    const std::string near = did_you_mean(glob, names);
    throw Error("--methods: no method of the suite matches " + quote(glob) +
                    (near.empty() ? "; it has " + join(names, ", ") : near),
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

std::vector<std::string> keep_benchmarks(Suite& suite, const std::string& glob) {
  const std::vector<std::string> known = ids(suite);
  erase_where(suite.benchmarks,
              [&](const Benchmark& benchmark) { return !matches_glob(benchmark.id, glob); });
  if (suite.benchmarks.empty()) {
    const std::string near = did_you_mean(glob, known);
    throw Error("--only: no benchmark of the suite matches " + quote(glob) +
                    (near.empty() ? "; it has " + join(known, ", ") : near),
                ExitStatus::wrong_use);
  }
  return drop_claims_of_lost_benchmarks(suite);
}

std::vector<std::string> keep_methods(Suite& suite, const std::vector<std::string>& globs) {
  check_globs(suite, globs);
  std::set<std::string> lost;  // variant names that some benchmark no longer has
  for (Benchmark& benchmark : suite.benchmarks) {
    erase_where(benchmark.methods, [&](const MethodVariant& method) {
      const bool kept = std::any_of(globs.begin(), globs.end(),
                                    [&](const std::string& glob) { return matches(method, glob); });
      if (!kept) lost.insert(benchmark.id + "\n" + method.name);
      if (!kept && method.name == benchmark.baseline) benchmark.baseline.clear();
      return !kept;
    });
  }
  erase_where(suite.benchmarks,
              [](const Benchmark& benchmark) { return benchmark.methods.empty(); });
  std::vector<std::string> dropped = drop_claims(suite, [&](const Claim& claim) {
    const auto parsed = parse_expectation(claim.expect);
    const auto* expectation = std::get_if<Expectation>(&parsed);
    if (expectation == nullptr) return true;
    for (const std::string& id : claim.on) {
      for (const std::string& name : expectation->names) {
        if (lost.count(id + "\n" + name) > 0) return true;
      }
    }
    return false;
  });
  const std::vector<std::string> more = drop_claims_of_lost_benchmarks(suite);
  dropped.insert(dropped.end(), more.begin(), more.end());
  return dropped;
}

}  // namespace assay
