#include "bench/support/large_suite.h"

#include "host/install/installation.h"
#include "host/registry/catalogue.h"
#include "host/suite/read.h"

#include <assay/common/error.h>

#include <cmath>
#include <fstream>

namespace assay::bench {
namespace {

// Without the syncing of <assay/common/files.h>: nobody relies on these files after a crash.
void put(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary);
  if (!(stream << text).flush()) {
    throw Error("cannot write " + file.string() + ": is there room for a run of 10,000 cells?");
  }
}

// Seeds and methods differ, so that intervals and tests have something to do.
Json outcome(const PlannedCell& cell) {
  const double noise = 0.01 * std::sin(12.9898 * static_cast<double>(cell.identity.seed) +
                                       78.233 * static_cast<double>(cell.order));
  const double accuracy = 0.75 + 0.001 * static_cast<double>(cell.order % 50) + noise;
  const double weak = 0.70 + noise / 2, gap = 0.12 - noise / 3;
  Json curve = Json::array();
  for (int epoch = 1; epoch <= 10; ++epoch) {
    curve.push_back({epoch, std::exp(-0.2 * epoch) + noise});
  }
  return {{"status", "done"},
          {"result",
           {{"metrics",
             {{"accuracy", accuracy}, {"auroc", accuracy + 0.05}, {"gain", accuracy - weak},
              {"gap", gap}, {"pgr", (accuracy - weak) / gap}, {"agreement", 0.9 + noise},
              {"agreement_where_wrong", 0.6 + noise}, {"error_correction", 0.3 - noise},
              {"ece", 0.04 + noise / 2}, {"brier", 0.3 - noise}}},
            {"curves", {{"loss", curve}}},
            {"counts",
             {{"gradient_samples", 40000}, {"forward_samples", 5000}, {"flops", 4.4e9},
              {"parameters", 18610}}}}}};
}

}  // namespace

std::string large_suite_text() {
  std::string text = "[suite]\nname = \"large\"\nseeds = 40\n";
  for (int i = 0; i < 10; ++i) {
    const std::string number = std::to_string(i);
    text += "\n[[benchmark]]\nid = \"latent-" + number + "\"\nfamily = \"weak_to_strong\"\n" +
            "task = { use = \"latent_tasks\", noise = 2." + number + " }\n" +
            "weak = { model = { arch = \"mlp\", width = 8, depth = 1 }, labels = 64 }\n" +
            "strong = { model = { arch = \"mlp\", width = 128, depth = 2, features = 16 } }\n" +
            "methods = [\"xent\", { use = \"logconf\", sweep = { warmup = [0.1, 0.2], alpha = [" +
            "0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9] } }]\n" +
            "baseline = \"xent\"\n" +
            "\n[[claim]]\nsays = \"Claim " + number + "\"\non = [\"latent-" + number +
            "\"]\nmetric = \"pgr\"\nexpect = \"xent < logconf-warmup=0.2,alpha=0.5\"\n";
  }
  return text;
}

Catalogue installed_catalogue() { return load_catalogue({find_installation().plugins}); }

SuiteToRun large_suite(const Catalogue& catalogue) {
  const std::string text = large_suite_text();
  const SuiteReading reading = read_suite_text(text, "large.toml", catalogue);
  if (!reading.ok()) throw Error("the large suite is wrong:\n" + problems_text(reading.problems));
  SuiteToRun suite = prepare_suite(to_json(reading.suite), catalogue);
  suite.file = "large.toml";
  suite.text = text;
  return suite;
}

void write_large_run(const SuiteToRun& suite, const std::filesystem::path& folder) {
  const Plan plan = plan_suite(suite, folder);
  for (const PlannedCell& cell : plan.cells) {
    const Json run = {{"started", "2026-01-31T12:00:00Z"}, {"seconds", 0.5}, {"cpu_seconds", 0.5},
                      {"peak_bytes", 4e8}, {"host", "bench"}, {"attempt", 1}};
    const CellIdentity& identity = cell.identity;
    put(folder / block_folder(identity.benchmark, identity.method, identity.block) /
            (std::to_string(identity.seed) + ".json"),
        cell_text(make_cell(identity, outcome(cell), run)));
  }
  put(folder / "run.json", run_document(suite, plan, nullptr, {"bench"}).dump(1) + "\n");
}

}  // namespace assay::bench
