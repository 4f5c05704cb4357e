#include "made_up_run.h"

#include "host/store/cell_file.h"

#include <stdlib.h>

#include <cmath>
#include <fstream>
#include <limits>

namespace assay::reports::test {

namespace {

using Values = std::vector<double>;
constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// Without the syncing of <assay/common/files.h>, which would make up most of the tests' time.
void put(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

Json metric(const char* id, const char* title, const char* direction, Json range,
            const char* meaning) {
  return {{"id", id},
          {"title", title},
          {"direction", direction},
          {"range", range},
          {"unit", ""},
          {"meaning", meaning},
          {"primary", false},
          {"aggregate", {{"kind", "mean"}}}};
}

Json family() {
  Json accuracy = metric("accuracy", "Accuracy", "max", {0, 1}, "share of right answers");
  accuracy["primary"] = true;
  Json pgr = metric("pgr", "PGR", "max", nullptr, "gain / gap");
  pgr["aggregate"] = {{"kind", "ratio"}, {"numerator", "gain"}, {"denominator", "gap"}};
  const auto reference = [](const char* id, const char* title, const char* summary) -> Json {
    return {{"id", id}, {"title", title}, {"summary", summary}};
  };
  return {
      {"id", "weak_to_strong"},
      {"title", "Weak-to-strong generalization"},
      {"summary", "made up"},
      {"settings", Json::array()},
      {"references",
       {reference("weak", "weak supervisor", "trained on few labels"),
        reference("few-labels", "few labels", "the student on those labels"),
        reference("ceiling", "ceiling", "the student on the truth")}},
      {"metrics",
       {accuracy, pgr, metric("gain", "Gain", "max", {-1, 1}, "accuracy minus the supervisor's"),
        metric("gap", "Gap", "none", {-1, 1}, "ceiling minus supervisor"),
        metric("ece", "ECE", "min", {0, 1}, "calibration error"),
        metric("loss", "Loss", "min", nullptr, "test loss")}},
      {"tasks", Json::array()}};
}

Json method(const char* id, const std::string& summary, const char* paper, Json parameters,
            Json needs) {
  return {{"id", id},
          {"family", "weak_to_strong"},
          {"summary", summary},
          {"paper", paper},
          {"parameters", std::move(parameters)},
          {"needs", std::move(needs)},
          {"file", std::string("plugins/") + id + ".so"},
          {"plugin", id},
          {"plugin_version", "1.0"},
          {"plugin_hash", "00112233445566778899aabbccddeeff"}};
}

// One row: accuracy by seed; the rest follows from it.
struct RowSpec {
  std::string name, use;
  bool reference = false;
  Json parameters = Json::object();
  Values accuracy;
};

struct BenchmarkSpec {
  std::string id, title;
  Seeds seeds;
  std::string baseline;
  Values weak, ceiling;
  std::vector<RowSpec> rows;
};

std::vector<BenchmarkSpec> benchmarks() {
  const Values weak = {.662, .671, .655, .668, .674}, ceiling = {.822, .818, .826, .815, .824};
  BenchmarkSpec photos{
      "photos", "Photographs through a narrow view", {0, 1, 2, 3, 4}, "xent", weak, ceiling, {}};
  photos.rows = {{"xent", "xent", false, Json::object(), {.664, .674, .656, .671, .676}},
                 {"logconf",
                  "logconf",
                  false,
                  {{"alpha", 0.5}, {"warmup", 0.2}},
                  {.693, .707, .685, .702, .709}},
                 {"product", "product", false, Json::object(), {.668, .672, .661, no_value, .675}},
                 {"evil",
                  "evil",
                  false,
                  {{"note", injection + " @everyone | `x` #1"}},
                  {.640, .655, .642, .650, .649}},
                 {"tuned", "tuned", false, Json::object(), {.720, .731, .715, .722, .729}},
                 {"weak", "weak", true, Json::object(), weak},
                 {"few-labels", "few-labels", true, Json::object(), {.798, .803, .791, .806, .800}},
                 {"ceiling", "ceiling", true, Json::object(), ceiling}};
  BenchmarkSpec sounds{
      "sounds", "Sounds, where the gap is noise", {0, 1, 2}, "", {.70, .75, .66}, {.72, .71, .70},
      {}};
  sounds.rows = {{"xent", "xent", false, Json::object(), {.71, .73, .68}},
                 {"logconf", "logconf", false, {{"alpha", 0.5}, {"warmup", 0.2}}, {.70, .74, .69}},
                 {"frozen", "xent", false, Json::object(), {.7, .7, .7}},
                 {"weak", "weak", true, Json::object(), {.70, .75, .66}},
                 {"ceiling", "ceiling", true, Json::object(), {.72, .71, .70}}};
  BenchmarkSpec letters{"letters", injection, {7}, "xent", {.5}, {.9}, {}};
  letters.rows = {{"xent", "xent", false, Json::object(), {.61}},
                  {"logconf", "logconf", false, {{"alpha", 0.5}, {"warmup", 0.2}}, {no_value}},
                  {"weak", "weak", true, Json::object(), {.5}}};
  return {photos, sounds, letters};
}

Json claims() {
  const auto claim = [](const std::string& says, const char* paper, Json on, const char* metric,
                        const char* expect) -> Json {
    return {{"says", says}, {"paper", paper}, {"on", on}, {"metric", metric}, {"expect", expect}};
  };
  return {claim("The confidence loss recovers more of the gap than plain cross entropy",
                "arXiv:2312.09390", {"photos"}, "pgr", "logconf > xent"),
          claim("The order of the paper's table", "arXiv:2312.09390", {"photos"}, "accuracy",
                "evil < xent < logconf < tuned"),
          claim("Few labels are worth less than the confidence loss", "a talk", {"photos"},
                "accuracy", "few-labels < logconf"),
          claim("The product of experts stays near plain cross entropy", "", {"photos"}, "accuracy",
                "product near xent within 0.02"),
          claim("The confidence loss helps on sounds and letters " + injection,
                "javascript:alert(1)", {"sounds", "letters"}, "pgr", "logconf > xent")};
}

Json suite() {
  Json list = Json::array();
  for (const BenchmarkSpec& spec : benchmarks()) {
    Json methods = Json::array();
    for (const RowSpec& row : spec.rows) {
      if (row.reference) continue;
      methods.push_back({{"name", row.name},
                         {"use", row.use},
                         {"parameters", row.parameters},
                         {"sweep", Json::array()}});
    }
    list.push_back(
        {{"id", spec.id},
         {"title", spec.title},
         {"family", "weak_to_strong"},
         {"settings", {{"task", {{"use", "made_up"}, {"size", 14}}}, {"train", {{"lr", 0.001}}}}},
         {"seeds", spec.seeds},
         {"cohort", 0},
         {"baseline", spec.baseline},
         {"methods", methods}});
  }
  return {{"name", "made-up"},
          {"title", "A made-up run & its <report>"},
          {"description", "Nothing here was measured: the numbers show what a report shows."},
          {"seeds", {0, 1, 2, 3, 4}},
          {"limits", {{"time_s", 600.0}, {"memory_bytes", 0}}},
          {"benchmarks", list},
          {"claims", claims()}};
}

Json outcome(const BenchmarkSpec& spec, const RowSpec& row, std::size_t i) {
  const double accuracy = row.accuracy[i];
  if (std::isnan(accuracy)) {
    return {{"status", "failed"},
            {"error",
             {{"kind", "signal"},
              {"phase", "fit"},
              {"log", "logs/photos-product.log"},
              {"message", "killed by signal 11 (segmentation fault) " + injection}}}};
  }
  Json curve = Json::array();
  for (int step = 1; step <= 8; ++step) {
    curve.push_back(
        {step, 2.3 * std::exp(-0.4 * step) + 0.01 * static_cast<double>(i) + (1 - accuracy)});
  }
  // One cell is without a calibration error, and one row's loss is not a number for all of its
  // seeds.
  const bool no_ece = row.name == "logconf" && i == 2;
  return {
      {"status", "done"},
      {"result",
       {{"metrics",
         {{"accuracy", accuracy},
          {"gain", accuracy - spec.weak[i]},
          {"gap", spec.ceiling[i] - spec.weak[i]},
          {"pgr", (accuracy - spec.weak[i]) / (spec.ceiling[i] - spec.weak[i])},
          {"ece", no_ece ? Json() : Json((1 - accuracy) / 4)},
          {"loss", row.name == "evil" ? Json() : Json(10 * (1 - accuracy))}}},
        {"curves", row.reference && row.name != "ceiling" ? Json::object() : Json{{"loss", curve}}},
        {"counts",
         {{"gradient_samples", 64000},
          {"forward_samples", 12000},
          {"flops", 3.25e11},
          {"parameters", 43402}}}}}};
}

}  // namespace

void write_made_up_run(const std::filesystem::path& folder) {
  const Json build = {{"assay", "0.1.0"},
                      {"torch", "2.13.0+cpu"},
                      {"library_hash", "ab12"},
                      {"cpu_capability", "AVX2"},
                      {"compiler", "gcc 12"},
                      {"device", "cpu"},
                      {"numerics", {{"deterministic", true}}}};
  Json planned = Json::array(), blocks = Json::object();
  for (const BenchmarkSpec& spec : benchmarks()) {
    blocks[spec.id] = {spec.seeds};
    for (const RowSpec& row : spec.rows) {
      for (std::size_t i = 0; i < spec.seeds.size(); ++i) {
        CellIdentity identity;
        identity.benchmark = spec.id;
        identity.family = "weak_to_strong";
        identity.method = row.name;
        identity.use = row.use;
        identity.role = row.reference ? "reference" : "method";
        identity.parameters = row.parameters;
        identity.seed = spec.seeds[i];
        // The block of the row that crashed was trained seed by seed.
        identity.block = row.name == "product" ? Seeds{spec.seeds[i]} : spec.seeds;
        identity.key = row.name == "product" ? "alone" : "whole";
        planned.push_back({{"benchmark", spec.id},
                           {"method", row.name},
                           {"use", row.use},
                           {"role", identity.role},
                           {"parameters", row.parameters},
                           {"seed", spec.seeds[i]},
                           {"key", "whole"},
                           {"key_alone", "alone"},
                           {"block", spec.seeds}});
        if (spec.id == "letters" && row.name == "logconf") continue;  // missing
        const Json run = {{"started", "2026-01-31T12:00:00Z"},
                          {"seconds", 2.5 + static_cast<double>(i) / 10},
                          {"cpu_seconds", 2.25},
                          {"peak_bytes", 410e6},
                          {"host", "maker"},
                          {"attempt", 1}};
        const std::filesystem::path at = folder / block_folder(spec.id, row.name, identity.block) /
                                         (std::to_string(spec.seeds[i]) + ".json");
        std::string text = cell_text(make_cell(identity, outcome(spec, row, i), run));
        // One cell file was cut off in the middle.
        if (spec.id == "sounds" && row.name == "weak" && i == 2) text.resize(text.size() / 2);
        put(at, text);
      }
    }
  }
  const Json run = {
      {"format", "assay-run"},
      {"version", 1},
      {"suite", suite()},
      {"suite_file", "suites/made up.toml"},
      {"suite_text",
       "[suite]\nname = \"made-up\"  # ```\ntitle = \"</code></pre>" + injection + "\"\n"},
      {"overrides", {"photos.train.lr=0.001"}},
      {"families", {{"weak_to_strong", family()}}},
      {"methods",
       {{"xent", method("xent", "Cross entropy on the weak labels", "arXiv:2312.09390",
                        Json::array(), Json::array())},
        {"logconf",
         method("logconf", "An auxiliary confidence loss", "arXiv:2312.09390",
                {{{"key", "alpha"}, {"type", "real"}, {"default", 0.5}, {"help", "largest weight"}},
                 {{"key", "warmup"},
                  {"type", "real"},
                  {"default", 0.2},
                  {"help", "share of the steps"}}},
                Json::array())},
        {"product", method("product", "Product of experts", "", Json::array(), Json::array())},
        {"evil", method("evil", injection, "arXiv:0000.00000\" onclick=\"alert(1)", Json::array(),
                        Json::array())},
        {"tuned", method("tuned", "Tuned on the test labels", "", Json::array(), {"truth"})}}},
      {"blocks", blocks},
      {"cells", planned},
      {"provenance",
       {{"build", build},
        {"host", "maker"},
        {"processor", "Made-up CPU @ 1 GHz"},
        {"cores", 2},
        {"threads_per_worker", 1},
        {"command", {"assay", "run", "suites/made up.toml"}},
        {"git", {{"commit", "0123abcd"}, {"changed", true}}},
        {"started", "2026-01-31T12:00:00Z"}}}};
  put(folder / "run.json", run.dump(1) + "\n");
  put(folder / "logs/photos-product.log",
      "epoch 1\nepoch 2\n\x1b[31mred\x1b[0m " + injection +
          "\nnot UTF-8: \xff\xfe\nreversed: \u202egpj.exe\nSegmentation fault\n");
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "assay-reports-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace assay::reports::test
