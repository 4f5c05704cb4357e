#include "support.h"

#include "sdk/internal/safetensors.h"

#include <cmath>

namespace assay::unlearning::test {

Json resolved(const Json& given) {
  return assay::test::resolved_settings("unlearning", given);
}

Benchmark::Benchmark(const Json& given, Seeds seeds)
    : FamilyBenchmark("unlearning", given, std::move(seeds)) {}

Tensor Benchmark::output(const std::string& stage, const std::string& name) const {
  return read_safetensors(folder(stage) / "outputs.safetensors").tensors.at(name);
}

std::vector<RowOutcome> Benchmark::method(const MethodEntry& entry, const Seeds& some) const {
  std::vector<CellRow> rows;
  for (const std::uint64_t seed : some.empty() ? seeds() : some) {
    rows.push_back({seed, {{"alpha", 0.5}}});
  }
  return method_rows(entry, std::move(rows));
}

Json tiny() {
  return find_family("unlearning").smoke_settings();
}

Json tiny_answers() {
  return {{"task",
           {{"use", "tofu_mini"},
            {"items", 48},
            {"forget", 8},
            {"validation", 8},
            {"holdout", 8},
            {"model", {{"arch", "transformer"}, {"width", 16}, {"depth", 1}, {"heads", 2}}}}},
          {"train", {{"epochs", 30}, {"batch", 8}, {"lr", 1e-2}}},
          {"budget", {{"epochs", 2}, {"batch", 4}, {"lr", 1e-3}}},
          {"retain_batch", 8},
          {"models", 2},
          {"oracles", 2},
          {"spare", 1},
          {"relearn", {{"epochs", 1}, {"batch", 4}}}};
}

double metric(const RowOutcome& row, const char* name) {
  const Json& value = row.result.at("metrics").at(name);
  return value.is_null() ? NAN : value.get<double>();
}

}  // namespace assay::unlearning::test
