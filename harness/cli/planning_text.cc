#include "cli/planning_text.h"

#include "host/statistics/attainable.h"
#include "host/statistics/many.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cstdio>

namespace assay::cli {

namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

Json effect_json(const std::optional<double>& effect) {
  return effect ? Json(*effect) : Json();
}

// "a difference of 1.68 sd".
std::string effect_text(double effect) {
  char text[48];
  std::snprintf(text, sizeof text, "a difference of %.3g sd", effect);
  return text;
}

std::string seeds_line(const SeedsPlanning& plan, double level) {
  const double p = smallest_sign_flip_p(plan.seeds);
  std::string line = plan.benchmark + ": the smallest two-sided sign-flip p that " +
                     counted(plan.seeds, "seed") + " can reach is " + number(p) + ", one-sided " +
                     number(smallest_one_sided_sign_flip_p(plan.seeds));
  if (p > level) line += " (not below " + number(level) + ": the t interval decides)";
  if (plan.effect) line += "; the t test shows " + effect_text(*plan.effect) + " with power 0.8";
  return line + "\n";
}

// The smallest of as many equal p-values as there are pairs.
double with_holm(std::size_t benchmarks, std::size_t pairs) {
  return holm(std::vector<double>(pairs, smallest_sign_flip_p(benchmarks))).front();
}

std::string family_line(const BenchmarksPlanning& plan) {
  return plan.family + ": " + counted(plan.methods, "method") + " over " +
         counted(plan.benchmarks, "benchmark") + ": the smallest Wilcoxon p is " +
         number(smallest_sign_flip_p(plan.benchmarks)) + ", after Holm " +
         number(with_holm(plan.benchmarks, plan.pairs)) + " over all " +
         counted(plan.pairs, "pair") + ", " + number(with_holm(plan.benchmarks, plan.methods - 1)) +
         " against one baseline\n";
}

std::string family_of_tests(const SuitePlanning& plan) {
  std::string text = counted(plan.tests, "claim test") + " at level " + number(plan.rules.level);
  switch (plan.rules.correction) {
    case Correction::holm:
      if (plan.tests > 1) {
        text += ": Holm leaves " + number(plan.first_level) + " for the smallest p, " +
                number(plan.last_level) + " for the last";
      }
      break;
    case Correction::bonferroni:
      if (plan.tests > 1) text += ": Bonferroni leaves " + number(plan.first_level) + " for each";
      break;
    case Correction::none:
      text += ", not corrected for their number";
      break;
  }
  return text;
}

std::string claim_line(const ClaimPlanning& claim, std::size_t number_of, double level) {
  const std::string name = "claim " + std::to_string(number_of) + ": ";
  if (claim.tests == 0) return name + "exact, decided by its value\n";
  std::string line = name + counted(claim.tests, "test") +
                     (claim.seeds == 0 ? std::string(" without shared seeds")
                                       : " on " + counted(claim.seeds, "seed"));
  if (claim.effect) {
    line += ", power 0.8 for " + effect_text(*claim.effect) + " at level " + number(level);
  }
  return line + "\n";
}

std::string warning_lines(const std::vector<std::string>& warnings) {
  std::string lines;
  for (const std::string& warning : warnings) lines += "warning: " + warning + "\n";
  return lines;
}

}  // namespace

Json to_json(const SuitePlanning& plan) {
  Json benchmarks = Json::array(), families = Json::array(), claims = Json::array();
  for (const SeedsPlanning& one : plan.benchmarks) {
    benchmarks.push_back({{"id", one.benchmark},
                          {"seeds", one.seeds},
                          {"sign_flip_p", smallest_sign_flip_p(one.seeds)},
                          {"sign_flip_p_one_sided", smallest_one_sided_sign_flip_p(one.seeds)},
                          {"effect", effect_json(one.effect)}});
  }
  for (const BenchmarksPlanning& one : plan.families) {
    families.push_back({{"id", one.family},
                        {"benchmarks", one.benchmarks},
                        {"methods", one.methods},
                        {"wilcoxon_p", smallest_sign_flip_p(one.benchmarks)},
                        {"holm_p_all_pairs", with_holm(one.benchmarks, one.pairs)},
                        {"holm_p_baseline", with_holm(one.benchmarks, one.methods - 1)},
                        {"needed_all_pairs", one.needed},
                        {"needed_baseline", one.needed_baseline}});
  }
  for (const ClaimPlanning& one : plan.claims) {
    claims.push_back({{"says", one.says},
                      {"tests", one.tests},
                      {"seeds", one.seeds},
                      {"effect", effect_json(one.effect)},
                      {"warnings", one.warnings}});
  }
  return {{"level", plan.rules.level},
          {"correction", correction_word(plan.rules.correction)},
          {"tests", plan.tests},
          {"first_level", plan.first_level},
          {"last_level", plan.last_level},
          {"benchmarks", std::move(benchmarks)},
          {"families", std::move(families)},
          {"claims", std::move(claims)},
          {"warnings", plan.warnings()}};
}

std::string planning_text(const SuitePlanning& plan) {
  std::string text;
  for (const SeedsPlanning& one : plan.benchmarks) text += seeds_line(one, plan.rules.level);
  for (const BenchmarksPlanning& one : plan.families) text += family_line(one);
  if (!plan.claims.empty()) text += family_of_tests(plan) + "\n";
  for (std::size_t i = 0; i < plan.claims.size(); ++i) {
    text += claim_line(plan.claims[i], i + 1, plan.first_level);
  }
  return text + warning_lines(plan.warnings());
}

std::string claims_text(const SuitePlanning& plan) {
  if (plan.claims.empty()) return "";
  std::size_t fewest = 0;  // of the claims that seeds can decide
  for (const ClaimPlanning& claim : plan.claims) {
    if (claim.tests > 0 && claim.seeds >= 2)
      fewest = fewest == 0 ? claim.seeds : std::min(fewest, claim.seeds);
  }
  std::string text = family_of_tests(plan);
  if (const auto effect = detectable_effect(fewest, plan.first_level)) {
    text += "; " + counted(fewest, "seed") + " can reach a sign-flip p of " +
            number(smallest_sign_flip_p(fewest)) + " and show " + effect_text(*effect) +
            " with power 0.8";
  }
  SuitePlanning of_claims = plan;
  of_claims.families.clear();
  return text + "\n" + warning_lines(of_claims.warnings());
}

}  // namespace assay::cli
