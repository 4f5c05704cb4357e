// Small games that can be gone through by hand or by plain recursion, and benchmarks of the family.
#pragma once

#include "sdk/families/debate/protocol.h"
#include "support/family_benchmark.h"
#include "support/plugin_method.h"

#include <assay/debate.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace assay::debate::test {

using assay::test::error_of;
using assay::test::plugin_method;

/// Settings with the family's defaults filled in. Throws Error for the first mistake.
Json resolved(const Json& given);

class Benchmark : public assay::test::FamilyBenchmark {
 public:
  Benchmark(const Json& given, Seeds seeds) : FamilyBenchmark("debate", given, std::move(seeds)) {}

  /// A method on every seed of the stages.
  std::vector<RowOutcome> method(const MethodEntry& entry, const Json& parameters = {}) const;
};

double metric(const RowOutcome& row, const std::string& name);

Tensor doubles(const std::vector<double>& values);
Tensor longs(const std::vector<std::int64_t>& values);

/// A method made of one function, set by the test.
class Probe final : public Method {
 public:
  static MethodInfo describe() { return MethodInfo("probe"); }
  explicit Probe(const Parameters&) {}
  Moves choose(const Turn& turn, Run& run) const override { return body(turn, run); }
  static std::function<Moves(const Turn&, Run&)> body;
};
extern const MethodEntry probe;

/// A side that is one function.
class Guest final : public Player {
 public:
  using Body = std::function<Moves(const Turn&, Run&)>;
  Guest(Body body, std::int64_t budget) : body_(std::move(body)), budget_(budget) {}
  Moves choose(const Turn& turn, Run& run) const override { return body_(turn, run); }
  std::int64_t budget() const override { return budget_; }
  bool guest() const override { return true; }

 private:
  Body body_;
  std::int64_t budget_;
};

/// An in-tree method as a side.
class PluginPlayer final : public Player {
 public:
  PluginPlayer(const std::string& name, std::int64_t rows, std::int64_t budget,
               const Json& parameters = Json::object());
  ~PluginPlayer() override;
  Moves choose(const Turn& turn, Run& run) const override { return method_->choose(turn, run); }
  std::int64_t budget() const override { return budget_; }

 private:
  const MethodEntry& entry_;
  Method* method_;
  std::int64_t budget_;
};

/// Evidence games of every row: values normal, pairs of places of deviation `together`, judges with
/// an order bias; in game n the truth is n % 2.
struct Games {
  Games(Seeds seeds, std::int64_t questions, std::int64_t places, double together, double order);

  Seeds seeds;
  Tensor value_KNV, pair_KNVV;
  double order;
  Questions questions;
  std::unique_ptr<Judge> judge;
  Deal deal;

  Table table() const { return {questions, *judge}; }
  /// Multiplies all evidence.
  void scale(double factor);
  /// The margin of the truth after these places, from the numbers one by one.
  double margin(std::int64_t row, std::int64_t game,
                const std::vector<std::int64_t>& place_T) const;
  /// The value of a game in which `own` says who is honest, after these places: plain recursion.
  double value(std::int64_t row, std::int64_t game, std::vector<std::int64_t> place_T,
               const Schedule& schedule) const;
};

}  // namespace assay::debate::test
