// A run's folder from a short description: the plan and the cell files as `assay run` would leave
// them, with outcomes that a function makes up. The same bytes each time.
#pragma once

#include "host/store/block.h"

#include <assay/common/parameters_json.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace assay::reports::test {

/// The text that a browser would run if a report forgot to escape it.
inline const std::string injection = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>";

struct RowSpec {
  std::string name, use;
  bool reference = false;
  Json parameters = Json::object();
  std::vector<std::string> sweep = {};
  bool alone = false;  ///< its block was trained seed by seed
};

struct BenchmarkSpec {
  std::string id, title, family;
  Seeds seeds;
  std::string baseline;
  std::vector<RowSpec> rows;
};

struct RunSpec {
  std::string name, title, description;
  std::string suite_text;
  std::vector<std::string> overrides;
  Json families = Json::object(), methods = Json::object(), claims = Json::array(),
      published = Json::array();
  std::vector<BenchmarkSpec> benchmarks;
  std::map<std::string, std::string> logs;  ///< content by path below the run's folder

  /// A row of a worker's "done" event for the seed of this index; with "run" what differs there
  /// from other cells; null: the cell is missing.
  std::function<Json(const BenchmarkSpec&, const RowSpec&, std::size_t)> outcome;
};

/// As a family or a method describes itself (docs/protocol.md). `direction`: max, min or none.
Json metric_json(const std::string& id, const std::string& title, const char* direction, Json range,
                 const std::string& meaning);
Json reference_json(const std::string& id, const std::string& title, const std::string& summary);
Json family_json(const std::string& id, const std::string& title, Json references, Json metrics);
Json method_json(const std::string& id, const std::string& family, const std::string& summary,
                 const std::string& paper, Json parameters = Json::array(),
                 Json needs = Json::array());

Json done(Json metrics, Json curves = Json::object());
Json failed(const char* kind, const char* phase, const std::string& message,
            const std::string& log = "");

/// Writes `text` to `file` and makes its folder; without the syncing of <assay/common/files.h>,
/// which would make up most of the tests' time.
void put(const std::filesystem::path& file, const std::string& text);

/// The cell file of one seed.
std::filesystem::path cell_path(const std::filesystem::path& folder, const BenchmarkSpec& benchmark,
                                const RowSpec& row, std::size_t seed);

/// Writes the run to `folder`, which must not exist.
void write_run(const RunSpec& spec, const std::filesystem::path& folder);

}  // namespace assay::reports::test
