#include "support.h"

#include <cstdlib>

namespace assay::weak_to_strong::test {

Environment::Environment(const char* name, const std::string& value) : name_(name) {
  const char* before = std::getenv(name);
  was_set_ = before != nullptr;
  if (was_set_) before_ = before;
  setenv(name, value.c_str(), 1);
}

Environment::~Environment() {
  if (was_set_) {
    setenv(name_, before_.c_str(), 1);
  } else {
    unsetenv(name_);
  }
}

Json resolved(const Json& given) {
  return assay::test::resolved_settings("weak_to_strong", given);
}

Benchmark::Benchmark(const Json& given, Seeds seeds)
    : FamilyBenchmark("weak_to_strong", given, std::move(seeds)) {}

std::vector<RowOutcome> Benchmark::method(const MethodEntry& entry, const Json& parameters) const {
  std::vector<CellRow> rows;
  for (const std::uint64_t seed : seeds()) rows.push_back({seed, parameters});
  return method_rows(entry, std::move(rows));
}

Json tiny_latent() {
  return find_family("weak_to_strong").smoke_settings();
}

Json tiny_fashion() {
  return Json::parse(R"({
    "task": {"use": "fashion_mnist", "size": 14, "transfer": 400, "validation": 50, "test": 500},
    "weak": {"model": {"arch": "mlp", "width": 16, "depth": 1}, "view": 4, "labels": 200,
             "train": {"epochs": 10}},
    "strong": {"model": {"arch": "mlp", "width": 32, "depth": 1}},
    "train": {"epochs": 3, "batch": 32}
  })");
}

Json tiny_debated() {
  return Json::parse(R"({
    "task": {"use": "debated_glyphs", "coarse": 2, "pixels": 4, "calls": 8,
             "judge": {"width": 8, "train": {"epochs": 3}},
             "transfer": 40, "validation": 10, "test": 50},
    "weak": {"model": {"arch": "mlp", "width": 8, "depth": 1}, "labels": 60, "supervisors": 4,
             "train": {"epochs": 2}},
    "strong": {"model": {"arch": "mlp", "width": 8, "depth": 1}},
    "train": {"epochs": 2, "batch": 20}
  })");
}

Json tiny_subspace() {
  return Json::parse(R"({
    "task": {"use": "subspace", "weak": 40, "strong": 10, "shared": 10, "transfer": 400},
    "fit": "least-squares",
    "weak": {"model": {"arch": "mlp", "depth": 0}, "labels": 120},
    "strong": {"model": {"arch": "mlp", "depth": 0}}
  })");
}

}  // namespace assay::weak_to_strong::test
