// `assay compare BASE NEW`: the gate for a change (docs/compare.md).
#include "cli/commands.h"
#include "cli/table.h"
#include "reports/compare/phrases.h"
#include "reports/compare/writers.h"
#include "reports/model/plain_text.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/text.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace assay::cli {

namespace {

constexpr std::size_t most_lines = 20;  // of one list, without --all

struct Options {
  std::string base, now;
  std::vector<std::string> metrics, margins;
  std::string relative, format, out;
  bool all = false, references = false, json = false;
};

[[noreturn]] void wrong_use(const std::string& message) {
  throw Error(message, ExitStatus::wrong_use);
}

double read_margin(const std::string& option, std::string_view text) {
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(value) ||
      value < 0) {
    wrong_use(option + " must be a number that is not negative, not " + quote(text));
  }
  return value;
}

reports::Margins read_margins(const Options& options) {
  reports::Margins margins;
  for (const std::string& text : options.margins) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      if (margins.absolute) wrong_use("--margin is given twice; write METRIC=X for single metrics");
      margins.absolute = read_margin("--margin", text);
    } else {
      const std::string metric = text.substr(0, equals);
      margins.of_metrics[metric] =
          read_margin("--margin of " + quote(metric), std::string_view(text).substr(equals + 1));
    }
  }
  if (!options.relative.empty()) margins.relative = read_margin("--relative", options.relative);
  return margins;
}

std::string format_of(const Options& options) {
  std::string format = options.format;
  if (options.json) {
    if (!format.empty() && format != "json") wrong_use("--json and --format " + format + " differ");
    format = "json";
  }
  if (format.empty()) {
    const std::string ending = fs::path(options.out).extension().string();
    format = ending == ".md" || ending == ".json" ? ending.substr(1) : "text";
  }
  const std::vector<std::string> known{"text", "md", "json"};
  for (const std::string& id : known) {
    if (id == format) return format;
  }
  const std::string near = did_you_mean(format, known);
  wrong_use("there is no format " + quote(format) + " of a comparison" +
            (near.empty() ? "; there are " + join(known, ", ") : near));
}

void add_lines(std::string& text, const std::string& title, const std::vector<std::string>& lines,
               bool all) {
  if (lines.empty()) return;
  text += "\n" + title + "\n";
  const std::size_t shown = all ? lines.size() : std::min(lines.size(), most_lines);
  for (std::size_t i = 0; i < shown; ++i) text += "  " + reports::one_line(lines[i]) + "\n";
  if (shown < lines.size()) {
    text += "  and " + std::to_string(lines.size() - shown) + " more (--all shows them)\n";
  }
}

std::string rows_text(const reports::RunComparison& comparison, bool all) {
  Table table;
  std::size_t hidden = 0;
  for (const reports::RowComparison& row : comparison.rows) {
    if (!all && !is_news(row)) {
      ++hidden;
      continue;
    }
    const reports::RowNumbers numbers = row_numbers(row);
    table.add({change_word(row.change), reports::one_line(row.benchmark),
               reports::one_line(row.title), reports::one_line(row.metric.id), numbers.means,
               numbers.difference, numbers.interval, numbers.pairs,
               reports::one_line(numbers.notes)});
  }
  std::string text = table.text("  ");
  if (!text.empty()) {
    text = "\nRow by row: BASE \u2192 NEW, the difference and its 90 % interval\n" + text;
  }
  if (hidden > 0) {
    text += (text.empty() ? "\n  " : "  ") + std::to_string(hidden) +
            " not worse or unchanged (--all shows them)\n";
  }
  return text;
}

// Without --all those that have no result where one was planned.
std::vector<std::string> seed_lines(const reports::RunComparison& comparison, bool all) {
  std::vector<std::string> lines;
  for (const reports::RowComparison& row : comparison.rows) {
    const std::string place = row.benchmark + "/" + row.row + " " + row.metric.id + " ";
    for (const reports::SeedComparison& seed : row.seeds) {
      const bool lacking =
          seed.change == reports::SeedChange::broken || seed.change == reports::SeedChange::neither;
      if (all || lacking) lines.push_back(place + seed_text(seed, row_decimals(row)));
    }
  }
  return lines;
}

std::string compare_text(const reports::RunComparison& comparison, bool all) {
  const std::vector<std::string> sentences = compare_headlines(comparison);
  std::string text = std::string(verdict_word(comparison.verdict)) + ": " + sentences[0] + "\n";
  for (std::size_t i = 1; i < sentences.size(); ++i) text += "  " + sentences[i] + "\n";
  text += "\nBASE  " + reports::one_line(side_text(comparison.base)) + "\nNEW   " +
          reports::one_line(side_text(comparison.now)) + "\n";
  std::vector<std::string> lines;
  for (const reports::Difference& one : comparison.differences) {
    lines.push_back(difference_text(one));
  }
  add_lines(text, "The runs differ in", lines, all);
  add_lines(text, "Notes", compare_notes(comparison), all);
  text += rows_text(comparison, all);
  lines.clear();
  for (const reports::OneSided& one : comparison.one_sided) lines.push_back(one_sided_text(one));
  add_lines(text, "In one run only", lines, all);
  add_lines(text, all ? "Every seed" : "Without a result", seed_lines(comparison, all), all);
  return text;
}

int compare(const Options& options) {
  const std::string format = format_of(options);
  const reports::CompareOptions wanted{.metrics = options.metrics,
                                       .margins = read_margins(options),
                                       .gate_references = options.references};
  const reports::RunComparison comparison =
      reports::compare_runs(load_run(options.base), load_run(options.now), wanted);
  const std::string text = format == "md"     ? compare_markdown(comparison)
                           : format == "json" ? compare_json(comparison)
                                              : compare_text(comparison, options.all);
  if (options.out.empty() || options.out == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
  } else {
    write_file(options.out, text);
    std::printf("%s\n", verdict_word(comparison.verdict));
  }
  return static_cast<int>(comparison.status());
}

// A status of 1 says "regressed": whatever keeps the comparison from being made must not.
int guarded(const Options& options) {
  try {
    return compare(options);
  } catch (const Error& error) {
    if (error.status() != ExitStatus::some_failed) throw;
    throw Error(error.what(), ExitStatus::missing);
  } catch (const std::exception& error) {
    throw Error(std::string("unexpected error: ") + error.what(), ExitStatus::missing);
  }
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("compare", "The gate for a change: is NEW worse than BASE?");
  command->footer(
      "Exit status: 0 not worse, 1 regressed, 2 wrong use, 3 inconclusive, 4 results are missing");
  command->add_option("base", options->base, "The folder of the run before the change")
      ->required()
      ->type_name("BASE");
  command->add_option("new", options->now, "The folder of the run after it")
      ->required()
      ->type_name("NEW");
  command
      ->add_option("--margin", options->margins,
                   "How much worse is acceptable, in the metric's unit: X or METRIC=X")
      ->delimiter(',')
      ->type_name("X");
  command
      ->add_option("--relative", options->relative,
                   "The same as a share of BASE's mean: 0.01 is 1 %. With both, a change must "
                   "exceed both")
      ->type_name("X");
  command
      ->add_option("--metric", options->metrics,
                   "Metrics to compare, separated by commas (each benchmark's primary one)")
      ->delimiter(',')
      ->type_name("ID");
  command->add_flag("--references", options->references,
                    "Reference rows (weak, ceiling, ...) count for the verdict too");
  command->add_option("--format", options->format, "text, md or json (text)")->type_name("FORMAT");
  command->add_flag("--json", options->json, "The same as --format json");
  command->add_option("--out", options->out, "Write to this file; - for standard output")
      ->type_name("FILE");
  command->add_flag("--all", options->all, "Text: every comparison and every seed");
  command->callback([options, &action] { action = [options] { return guarded(*options); }; });
}

}  // namespace assay::cli
