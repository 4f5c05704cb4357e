#include "host/suite/suite.h"

#include "host/suite/claim_axis.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <algorithm>
#include <utility>

namespace assay {

namespace {

Json to_json(const MethodVariant& method) {
  return {{"name", method.name},
          {"use", method.use},
          {"parameters", method.parameters},
          {"sweep", method.sweep}};
}

Json to_json(const Benchmark& benchmark) {
  Json methods = Json::array();
  for (const MethodVariant& method : benchmark.methods) methods.push_back(to_json(method));
  return {{"id", benchmark.id},
          {"title", benchmark.title},
          {"family", benchmark.family},
          {"settings", benchmark.settings},
          {"seeds", benchmark.seeds},
          {"cohort", benchmark.cohort},
          {"baseline", benchmark.baseline},
          {"methods", std::move(methods)}};
}

Json to_json(const Claim& claim) {
  Json json = {{"says", claim.says},
               {"paper", claim.paper},
               {"on", claim.on},
               {"metric", claim.metric},
               {"expect", claim.expect}};
  if (!claim.method.empty()) json["method"] = claim.method;
  if (claim.at) json["at"] = *claim.at;
  if (claim.exact) json["exact"] = true;
  if (claim.log) json["log"] = true;
  return json;
}

Json to_json(const Published& row) {
  Json json = {{"on", row.on},       {"method", row.method}, {"metric", row.metric},
               {"value", row.value}, {"source", row.source}, {"setting", row.setting}};
  if (row.spread) json["spread"] = *row.spread;
  if (row.tolerance) json["tolerance"] = *row.tolerance;
  return json;
}

template <class T>
void take(const Json& json, const char* key, T& value) {
  json.at(key).get_to(value);
}

Benchmark benchmark_from_json(const Json& json) {
  Benchmark benchmark;
  take(json, "id", benchmark.id);
  take(json, "title", benchmark.title);
  take(json, "family", benchmark.family);
  benchmark.settings = json.at("settings");
  take(json, "seeds", benchmark.seeds);
  take(json, "cohort", benchmark.cohort);
  take(json, "baseline", benchmark.baseline);
  for (const Json& entry : json.at("methods")) {
    MethodVariant method;
    take(entry, "name", method.name);
    take(entry, "use", method.use);
    method.parameters = entry.at("parameters");
    take(entry, "sweep", method.sweep);
    benchmark.methods.push_back(std::move(method));
  }
  return benchmark;
}

Claim claim_from_json(const Json& json) {
  Claim claim;
  take(json, "says", claim.says);
  take(json, "paper", claim.paper);
  take(json, "on", claim.on);
  take(json, "metric", claim.metric);
  take(json, "expect", claim.expect);
  if (json.contains("method")) take(json, "method", claim.method);
  if (json.contains("at")) claim.at = json["at"].get<double>();
  claim.exact = json.value("exact", false);
  claim.log = json.value("log", false);
  return claim;
}

Published published_from_json(const Json& json) {
  Published row;
  take(json, "on", row.on);
  take(json, "method", row.method);
  take(json, "metric", row.metric);
  take(json, "value", row.value);
  take(json, "source", row.source);
  take(json, "setting", row.setting);
  if (json.contains("spread")) row.spread = json["spread"].get<double>();
  if (json.contains("tolerance")) row.tolerance = json["tolerance"].get<double>();
  return row;
}

// Documents of earlier versions have no rules: what was then fixed is the default now.
ClaimRules rules_from_json(const Json& json) {
  ClaimRules rules;
  if (json.contains("level")) take(json, "level", rules.level);
  if (!(rules.level >= ClaimRules::lowest_level && rules.level <= ClaimRules::highest_level)) {
    throw Error("not a resolved suite: the claims' level is not from " +
                number_text(ClaimRules::lowest_level) + " to " +
                number_text(ClaimRules::highest_level));
  }
  if (!json.contains("correction")) return rules;
  const std::string word = json["correction"].get<std::string>();
  const std::optional<Correction> correction = correction_named(word);
  if (!correction) throw Error("not a resolved suite: there is no correction '" + word + "'");
  rules.correction = *correction;
  return rules;
}

}  // namespace

const char* correction_word(Correction correction) {
  switch (correction) {
    case Correction::holm:
      return "holm";
    case Correction::bonferroni:
      return "bonferroni";
    case Correction::none:
      break;
  }
  return "none";
}

std::optional<Correction> correction_named(const std::string& word) {
  for (const Correction one : {Correction::holm, Correction::bonferroni, Correction::none}) {
    if (word == correction_word(one)) return one;
  }
  return std::nullopt;
}

Json to_json(const Suite& suite) {
  Json benchmarks = Json::array(), claims = Json::array();
  for (const Benchmark& benchmark : suite.benchmarks) benchmarks.push_back(to_json(benchmark));
  for (const Claim& claim : suite.claims) claims.push_back(to_json(claim));
  Json json = {
      {"name", suite.name},
      {"title", suite.title},
      {"description", suite.description},
      {"seeds", suite.seeds},
      {"limits", {{"time_s", suite.limits.time_s}, {"memory_bytes", suite.limits.memory_bytes}}},
      {"benchmarks", std::move(benchmarks)},
      {"claims", std::move(claims)},
      {"level", suite.rules.level},
      {"correction", correction_word(suite.rules.correction)}};
  for (const Published& row : suite.published) json["published"].push_back(to_json(row));
  return json;
}

Suite suite_from_json(const Json& json) {
  try {
    Suite suite;
    take(json, "name", suite.name);
    take(json, "title", suite.title);
    take(json, "description", suite.description);
    take(json, "seeds", suite.seeds);
    take(json.at("limits"), "time_s", suite.limits.time_s);
    take(json.at("limits"), "memory_bytes", suite.limits.memory_bytes);
    for (const Json& entry : json.at("benchmarks")) {
      suite.benchmarks.push_back(benchmark_from_json(entry));
    }
    for (const Json& entry : json.at("claims")) suite.claims.push_back(claim_from_json(entry));
    for (const Json& entry : json.value("published", Json::array())) {
      suite.published.push_back(published_from_json(entry));
    }
    suite.rules = rules_from_json(json);
    complete_claims(suite);
    return suite;
  } catch (const Json::exception& error) {
    throw Error("not a resolved suite: " + std::string(error.what()));
  }
}

std::size_t count_cells(const Suite& suite) {
  std::size_t cells = 0;
  for (const Benchmark& benchmark : suite.benchmarks) {
    cells += benchmark.seeds.size() * benchmark.methods.size();
  }
  return cells;
}

std::string summary(const Suite& suite) {
  std::size_t methods = 0, fewest = 0, most = 0;
  for (const Benchmark& benchmark : suite.benchmarks) {
    methods += benchmark.methods.size();
    const std::size_t seeds = benchmark.seeds.size();
    fewest = fewest == 0 ? seeds : std::min(fewest, seeds);
    most = std::max(most, seeds);
  }
  const std::string from = fewest == most ? "" : std::to_string(fewest) + " to ";
  return counted(suite.benchmarks.size(), "benchmark") + ", " + counted(methods, "method") + ", " +
         from + counted(most, "seed") + ", " + counted(count_cells(suite), "cell") + " of methods";
}

}  // namespace assay
