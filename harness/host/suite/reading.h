// One reading of a suite: what its parts share, and typed access to tables that reports mistakes.
// Internal to host/suite.
#pragma once

#include "host/suite/catalogue.h"
#include "host/suite/node.h"
#include "host/suite/source.h"
#include "host/suite/suite.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace assay {

inline constexpr std::int64_t most_cells = 10000;  ///< of methods, in one suite
inline constexpr std::int64_t most_seeds = 10000;

/// What claims need to know of a benchmark that was read, with or without mistakes.
struct BenchmarkNames {
  Place at;                        ///< of its id
  std::string family;              ///< "" when unknown
  std::vector<std::string> names;  ///< variants and references
  bool complete = true;            ///< false: a mistake hides names, so none can be called unknown
};

class Reading {
 public:
  Reading(const Catalogue& catalogue, const Source& source, std::vector<std::string> overrides)
      : catalogue(catalogue), source(source), overrides(std::move(overrides)) {}

  const Catalogue& catalogue;
  const Source& source;
  std::vector<std::string> overrides;  ///< as given: "KEY=VALUE"
  std::vector<Mistake> mistakes;
  std::map<std::string, BenchmarkNames> benchmarks;  ///< by id
  std::int64_t cells = 0;                            ///< counted so far

  void mistake(const Place& at, std::string message) {
    mistakes.push_back({at, std::move(message)});
  }
  /// "line 12", or "--set KEY=VALUE": for messages that name a second place.
  std::string where(const Place& at) const;

  /// FAMILY or METHOD, or nullptr.
  const Json* family(const std::string& id) const;
  const Json* method(const std::string& id) const;
};

/// "a list", "text", "a date": what a node is, for "must be ..., not ...".
std::string kind_of(const Node& node);

/// Reports every key of `table` that is not in `known`.
void check_keys(Reading& reading, const Node& table, const std::vector<std::string>& known,
                const std::string& place);

/// The text under `key`, or nothing: after a mistake when it is of another kind, or missing and
/// `required`. `at` receives its place.
std::optional<std::string> read_text(Reading& reading, const Node& table, const std::string& key,
                                     bool required, Place* at = nullptr);

/// The same, and it must be an id (lower-case letters, digits, . _ -).
std::optional<std::string> read_id(Reading& reading, const Node& table, const std::string& key,
                                   Place* at = nullptr);

/// The list of texts under the required `key`, each with its place; empty after a mistake.
std::vector<std::pair<std::string, Place>> read_texts(Reading& reading, const Node& table,
                                                      const std::string& key);

/// `seeds = 5` or a list; nothing after a mistake.
std::optional<std::vector<std::int64_t>> read_seeds(Reading& reading, const Node& seeds);

/// A node as JSON. Dates have none: each is a mistake, and becomes null.
Json to_json(Reading& reading, const Node& node);

/// Reports what check_settings finds in `given` (the JSON of `table`, perhaps with keys left out),
/// at its places. Returns whether it found nothing.
bool check_against(Reading& reading, const Node& table, const Json& given,
                   const std::vector<ParameterSpec>& specs);

/// The ids of a list of tables such as a family's "metrics".
std::vector<std::string> ids_of(const Json& list);

/// The benchmarks that the list `on` of a claim or a published row names, without the mistaken.
std::vector<std::string> read_on(Reading& reading, const Node& table);

/// Reports a metric that a family of the benchmarks `on` does not have.
void check_metric(Reading& reading, const std::string& metric, const Place& at,
                  const std::vector<std::string>& on);

// The parts, each in a file of its own.
Suite read_root(Reading& reading, const Node& root);  // read_suite.cc
std::optional<Benchmark> read_benchmark(Reading& reading, const Node& table,
                                        const Suite& suite);  // read_benchmark.cc
std::vector<MethodVariant> read_methods(Reading& reading, const Node& list,
                                        const std::string& family,
                                        std::int64_t seeds);  // read_methods.cc
std::optional<Claim> read_claim(Reading& reading, const Node& table,
                                const Suite& suite);                           // read_claim.cc
std::optional<Published> read_published(Reading& reading, const Node& table);  // read_published.cc

}  // namespace assay
