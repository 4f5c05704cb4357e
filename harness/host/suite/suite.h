// A suite as resolved: every default filled in, every sweep expanded, every name checked. Written
// as the SUITE document of docs/protocol.md.
#pragma once

#include <assay/common/parameters_json.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// One row of a benchmark's table: a method with its parameters.
struct MethodVariant {
  std::string name;  ///< unique in its benchmark: "logconf", "logconf-alpha=0.25"
  std::string use;   ///< the method's id
  Json parameters = Json::object();
  std::vector<std::string> sweep;  ///< the parameters whose values tell it from its siblings
};

struct Benchmark {
  std::string id, title, family;
  Json settings = Json::object();
  std::vector<std::int64_t> seeds;
  std::int64_t cohort = 0;  ///< rows of a block at most; 0: as the family says
  std::string baseline;     ///< name of a variant, or ""
  std::vector<MethodVariant> methods;
};

/// How the p-values of a family of tests are corrected for their number.
enum class Correction { holm, bonferroni, none };

const char* correction_word(Correction correction);
/// Nothing for a word that names none.
std::optional<Correction> correction_named(const std::string& word);

/// What decides a suite's claims. All tests of all its claims are one family.
struct ClaimRules {
  /// Below the lowest no number of seeds that a suite may have decides, and the tails of the
  /// distributions run out of digits.
  static constexpr double lowest_level = 1e-6, highest_level = 0.2;

  double level = 0.05;  ///< from the lowest to the highest
  Correction correction = Correction::holm;
};

/// One row of one benchmark, at its place on a claim's axis.
struct ClaimPoint {
  std::string benchmark, row;
  double x = 0;  ///< the axis's value, before any logarithm
  std::vector<std::int64_t> seeds = {};
};

/// The points along an axis, by rising x; a claim holds when it holds on each of its lines.
struct ClaimLine {
  std::string name;  ///< "logconf over alpha"; with what else is swept: "... at warmup=0.2"
  std::vector<ClaimPoint> points;
};

struct Claim {
  std::string says, paper;
  std::vector<std::string> on;  ///< benchmark ids
  std::string metric;
  std::string expect;             ///< see expectation.h
  std::string method = {};        ///< of a sweep: whose; "" for the other kinds
  std::optional<double> at = {};  ///< of a threshold: the metric's level
  bool exact = false;  ///< the numbers are the same in every seed: they decide, without a test
  bool log = false;    ///< of a comparison: of the metric's logarithms, its margins too

  // Not in the document: they follow from the suite (complete_claims).
  std::vector<ClaimLine> lines = {};  ///< of a sweep, or of rows of named benchmarks
  ClaimRules rules = {};              ///< the suite's
};

/// What somebody else measured, to be shown beside the suite's own results; nothing is tested.
struct Published {
  std::vector<std::string> on;  ///< benchmark ids
  std::string method;           ///< beside this row, where the benchmark has it
  std::string metric;
  double value = 0;              ///< in the metric's units
  std::optional<double> spread;  ///< as the source says it: a standard deviation or error
  std::string source;            ///< where it stands: "Hsu et al. 2018, table 2 (arXiv:1810.12488)"
  std::string setting;           ///< what was done otherwise than here
  std::optional<double> tolerance;  ///< differences up to it are called near

  bool operator==(const Published&) const = default;
};

/// Of one job: a stage or a cohort of cells.
struct Limits {
  double time_s = 3600;
  std::int64_t memory_bytes = 0;  ///< 0: none
};

struct Suite {
  std::string name, title, description;
  std::vector<std::int64_t> seeds;
  Limits limits;
  std::vector<Benchmark> benchmarks;
  std::vector<Claim> claims;
  std::vector<Published> published = {};
  ClaimRules rules;
  std::string text;  ///< the file as given; not part of the document
};

/// The SUITE document.
Json to_json(const Suite& suite);
/// Reads one back, e.g. from run.json. Throws Error when it is not a SUITE document.
Suite suite_from_json(const Json& json);

/// Cells of methods: variants times seeds, over all benchmarks. (Reference rows are the plan's.)
std::size_t count_cells(const Suite& suite);

/// "2 benchmarks, 5 methods, 5 seeds, 25 cells of methods": variants over all benchmarks; seeds
/// that differ between benchmarks as "3 to 5 seeds".
std::string summary(const Suite& suite);

}  // namespace assay
