#include "reports/compare/writers.h"

#include "reports/compare/phrases.h"
#include "reports/model/number_text.h"
#include "reports/writers/markdown_text.h"

#include <algorithm>
#include <cmath>

namespace assay::reports {

namespace {

constexpr std::size_t most_differences = 30;
constexpr std::size_t most_notes = 20;

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

void add_list(std::string& out, const std::vector<std::string>& lines, std::size_t most) {
  for (std::size_t i = 0; i < std::min(most, lines.size()); ++i) {
    out += "- " + markdown(lines[i]) + "\n";
  }
  if (lines.size() > most) out += "- and " + std::to_string(lines.size() - most) + " more\n";
  out += "\n";
}

void add_table(std::string& out, const std::vector<const RowComparison*>& rows) {
  out +=
      "| change | benchmark | row | metric | BASE \u2192 NEW | difference | 90 % interval | n | "
      "notes |\n|---|---|---|---|---|---|---|---|---|\n";
  for (const RowComparison* row : rows) {
    const RowNumbers numbers = row_numbers(*row);
    const std::string word = change_word(row->change);
    out += "| " + (is_news(*row) ? "**" + word + "**" : word);
    for (const std::string& cell :
         {row->benchmark, row->title, row->metric.id, numbers.means, numbers.difference,
          numbers.interval, numbers.pairs, numbers.notes}) {
      out += " | " + markdown(cell);
    }
    out += " |\n";
  }
  out += "\n";
}

void add_seeds(std::string& out, const RunComparison& comparison) {
  out +=
      "<details><summary>Every seed</summary>\n\n"
      "| benchmark | row | metric | seed | BASE | NEW | difference | |\n"
      "|---|---|---|---|---|---|---|---|\n";
  for (const RowComparison& row : comparison.rows) {
    const int decimals = row_decimals(row);
    for (const SeedComparison& seed : row.seeds) {
      const bool pair = seed.change == SeedChange::compared;
      out += "| " + markdown(row.benchmark) + " | " + markdown(row.title) + " | " +
             markdown(row.metric.id) + " | " + std::to_string(seed.seed) + " | " +
             (std::isfinite(seed.base) ? number(seed.base, decimals) : "") + " | " +
             (std::isfinite(seed.now) ? number(seed.now, decimals) : "") + " | " +
             (pair ? signed_number(seed.now - seed.base, decimals) : "") + " | " +
             (pair ? "" : std::string(change_word(seed.change))) +
             (seed.cause.empty() ? "" : ", " + markdown(seed.cause)) + " |\n";
    }
  }
  out += "\n</details>\n";
}

}  // namespace

std::string compare_markdown(const RunComparison& comparison) {
  const std::vector<std::string> sentences = compare_headlines(comparison);
  std::string out = "# " + capital(verdict_word(comparison.verdict)) + "\n\n";
  for (const std::string& sentence : sentences) out += markdown(capital(sentence)) + ".\n";
  out += "\n- BASE: " + markdown(side_text(comparison.base)) +
         "\n- NEW: " + markdown(side_text(comparison.now)) + "\n\n";
  std::vector<std::string> lines;
  for (const Difference& one : comparison.differences) lines.push_back(difference_text(one));
  if (!lines.empty()) {
    out += "## What differs between the runs\n\n";
    add_list(out, lines, most_differences);
  }
  if (const std::vector<std::string> notes = compare_notes(comparison); !notes.empty()) {
    out += "## Notes\n\n";
    add_list(out, notes, most_notes);
  }
  std::vector<const RowComparison*> news, all;
  for (const RowComparison& row : comparison.rows) {
    all.push_back(&row);
    if (is_news(row)) news.push_back(&row);
  }
  out += "## What changed\n\n";
  if (news.empty()) {
    out += "Nothing by more than the margin.\n\n";
  } else {
    add_table(out, news);
  }
  if (!comparison.one_sided.empty()) {
    out += "## In one run only\n\n";
    lines.clear();
    for (const OneSided& one : comparison.one_sided) lines.push_back(one_sided_text(one));
    add_list(out, lines, lines.size());
  }
  if (all.empty()) return out;
  out += "<details><summary>Every comparison</summary>\n\n";
  add_table(out, all);
  out += "</details>\n\n";
  add_seeds(out, comparison);
  return out;
}

}  // namespace assay::reports
