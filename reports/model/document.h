// A report as meaning, without markup: sections of paragraphs, tables, plots and verdicts. Sections
// build it from results; a writer turns it into one format. A new format is a new writer.
#pragma once

#include "reports/model/plot.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace assay::reports {

/// A piece of text with one meaning. The text is as somebody wrote it: writers escape it.
struct Span {
  enum class Kind { plain, strong, code, muted, link };

  std::string text;
  Kind kind = Kind::plain;
  std::string target;  ///< of a link: an address the report itself made
};

using Text = std::vector<Span>;

inline Span plain(std::string text) {
  return {std::move(text), Span::Kind::plain, {}};
}
inline Span strong(std::string text) {
  return {std::move(text), Span::Kind::strong, {}};
}
inline Span code(std::string text) {
  return {std::move(text), Span::Kind::code, {}};
}
inline Span muted(std::string text) {
  return {std::move(text), Span::Kind::muted, {}};
}

/// What a mark says. Writers show it by a sign and a word, never by colour alone.
enum class Tone { none, good, bad, open, warning };

/// Colours a cell of a heat table.
struct Heat {
  int step = 0;          ///< -4 (worst) to 4 (best); 0: no difference
  bool decided = false;  ///< else hatched
  std::size_t benchmark = 0;
  std::string row;  ///< with `benchmark`: which numbers these are, for the page's script
};

struct Cell {
  Text text;
  Text below;  ///< a second, smaller line
  Tone tone = Tone::none;
  double sort = std::numeric_limits<double>::quiet_NaN();  ///< sorts by this, else by its text
  std::optional<Heat> heat;

  Cell() = default;
  Cell(std::string value) : text{plain(std::move(value))} {}
  Cell(const char* value) : text{plain(value)} {}
  Cell(Span span) : text{std::move(span)} {}
  Cell(Text spans, Tone tone = Tone::none) : text(std::move(spans)), tone(tone) {}
  Cell(std::string value, double sort) : text{plain(std::move(value))}, sort(sort) {}
};

struct Column {
  std::string title;
  std::string help;     ///< what the numbers mean, or ""
  bool number = false;  ///< right-aligned
};

struct TableRow {
  std::vector<Cell> cells;
  std::string divider;  ///< not empty: a line across the table with this text, and no cells
  bool quiet = false;   ///< a reference, for comparison
};

struct Table {
  std::string caption;
  std::vector<Column> columns;
  std::vector<TableRow> rows;
  bool sortable = false;
  std::string heat;  ///< of a heat table: whose it is (a family's id)
};

struct Paragraph {
  Text text;
};

struct List {
  std::vector<Text> items;
};

/// Warnings that come first.
struct Callout {
  std::string title;
  std::vector<Text> items;
};

/// A statement and its answer.
struct Finding {
  Tone tone = Tone::open;
  std::string word;  ///< "supported"
  Text statement;
  std::vector<Text> details;
};

struct Findings {
  std::vector<Finding> items;
};

/// Text to copy or to read as it stands.
struct Code {
  std::string text;
  std::string language;  ///< "toml", "sh" or ""
};

struct Heading {
  std::string text;
  std::string id;  ///< [a-z0-9-]
};

struct Block;

/// Folded away until asked for.
struct Details {
  std::string summary;
  std::vector<Block> blocks;
};

struct Block {
  std::variant<Paragraph, Heading, List, Callout, Findings, Table, StripPlot, CurvePlot, RankPlot,
               ScatterPlot, TimelinePlot, Code, Details>
      content;
};

template <typename... Blocks>
std::vector<Block> blocks_of(Blocks&&... blocks) {
  std::vector<Block> all;
  (all.push_back(Block{std::forward<Blocks>(blocks)}), ...);
  return all;
}

struct Section {
  std::string id;  ///< [a-z0-9-]
  std::string title;
  std::vector<Block> blocks;

  template <typename Content>
  void add(Content&& content) {
    blocks.push_back(Block{std::forward<Content>(content)});
  }
};

struct Fact {
  std::string name;
  Text value;
};

struct Document {
  std::string title;
  std::string subtitle;
  std::vector<Fact> facts;  ///< the few figures below the title
  std::vector<Section> sections;
  std::string footer;
};

}  // namespace assay::reports
