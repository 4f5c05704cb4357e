// GitHub's Markdown. Foreign text must neither become markup nor mention people nor link anywhere.
#include "reports/model/number_text.h"
#include "reports/model/plain_text.h"
#include "reports/writers/formats.h"
#include "reports/writers/markdown_text.h"

#include <algorithm>

namespace assay::reports {

namespace {

// Code in a table cannot be fenced by backticks when it has a bar or backticks itself.
std::string code_text(std::string_view foreign) {
  std::string out = "<code>";
  for (const char c : one_line(foreign)) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '|':
        out += "&#124;";
        break;
      case '*':
        out += "&#42;";
        break;
      case '_':
        out += "&#95;";
        break;
      case '`':
        out += "&#96;";
        break;
      case '[':
        out += "&#91;";
        break;
      case ']':
        out += "&#93;";
        break;
      case '~':
        out += "&#126;";
        break;
      case '\\':
        out += "&#92;";
        break;
      case '$':
        out += "&#36;";
        break;
      case '@':
        out += "@<!-- -->";
        break;
      case '#':
        out += "#<!-- -->";
        break;
      default:
        out += c;
    }
  }
  return out + "</code>";
}

std::string inline_text(const Text& text) {
  std::string out;
  for (const Span& span : text) {
    if (span.text.empty()) continue;
    switch (span.kind) {
      case Span::Kind::plain:
      case Span::Kind::muted:
        out += markdown(span.text);
        break;
      // As tags: asterisks beside punctuation are not always emphasis.
      case Span::Kind::strong:
        out += "<b>" + markdown(span.text) + "</b>";
        break;
      case Span::Kind::code:
        out += code_text(span.text);
        break;
      case Span::Kind::link:
        out += "[" + markdown(span.text) + "](" + span.target + ")";
        break;
    }
  }
  return out;
}

const char* sign_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "\u2713 ";
    case Tone::bad:
      return "\u2717 ";
    case Tone::open:
      return "? ";
    case Tone::warning:
      return "! ";
    case Tone::none:
      break;
  }
  return "";
}

class MarkdownWriter {
 public:
  std::string write(const Document& document);

 private:
  void all(const std::vector<Block>& blocks);
  void block(const Paragraph& paragraph) { out_ += inline_text(paragraph.text) + "\n\n"; }
  void block(const Heading& heading) { out_ += "### " + markdown(heading.text) + "\n\n"; }
  void block(const List& list);
  void block(const Callout& callout);
  void block(const Findings& findings);
  void block(const Table& table);
  // Figures: the table that follows has their numbers.
  void block(const StripPlot&) {}
  void block(const CurvePlot&) {}
  void block(const RankPlot&) {}
  void block(const ScatterPlot&) {}
  void block(const TimelinePlot&) {}
  void block(const Code& code);
  void block(const Details& details);

  std::string out_;
};

void MarkdownWriter::all(const std::vector<Block>& blocks) {
  for (const Block& one : blocks) {
    std::visit([this](const auto& content) { block(content); }, one.content);
  }
}

void MarkdownWriter::block(const List& list) {
  for (const Text& item : list.items) out_ += "- " + inline_text(item) + "\n";
  out_ += "\n";
}

void MarkdownWriter::block(const Callout& callout) {
  out_ += "> **" + markdown(callout.title) + "**\n>\n";
  for (const Text& item : callout.items) out_ += "> - " + inline_text(item) + "\n";
  out_ += "\n";
}

void MarkdownWriter::block(const Findings& findings) {
  for (const Finding& finding : findings.items) {
    out_ += std::string("- ") + sign_of(finding.tone) + "**" + markdown(finding.word) +
            "**: " + inline_text(finding.statement) + "\n";
    for (const Text& detail : finding.details) out_ += "  - " + inline_text(detail) + "\n";
  }
  out_ += "\n";
}

void MarkdownWriter::block(const Table& table) {
  if (!table.caption.empty()) out_ += markdown(table.caption) + "\n\n";
  for (const Column& column : table.columns) out_ += "| " + markdown(column.title) + " ";
  out_ += "|\n";
  for (const Column& column : table.columns) out_ += column.number ? "| --: " : "| --- ";
  out_ += "|\n";
  for (const TableRow& row : table.rows) {
    if (!row.divider.empty()) {
      out_ += "| *" + markdown(row.divider) + "* ";
      for (std::size_t i = 1; i < table.columns.size(); ++i) out_ += "| ";
    } else {
      for (std::size_t i = 0; i < row.cells.size() && i < table.columns.size(); ++i) {
        const Cell& cell = row.cells[i];
        out_ += "| " + std::string(sign_of(cell.tone)) + inline_text(cell.text) + " ";
        if (!cell.below.empty()) out_ += "<br>" + inline_text(cell.below) + " ";
      }
    }
    out_ += "|\n";
  }
  out_ += "\n";
}

// Fenced with more backticks than the text has in a row.
void MarkdownWriter::block(const Code& code) {
  const std::string text = clean(code.text);
  std::size_t longest = 0, current = 0;
  for (const char c : text) {
    current = c == '`' ? current + 1 : 0;
    longest = std::max(longest, current);
  }
  const std::string fence(std::max<std::size_t>(3, longest + 1), '`');
  out_ += fence + code.language + "\n" + text + (text.empty() || text.back() != '\n' ? "\n" : "") +
          fence + "\n\n";
}

void MarkdownWriter::block(const Details& details) {
  out_ += "<details><summary>" + markdown(details.summary) + "</summary>\n\n";
  all(details.blocks);
  out_ += "</details>\n\n";
}

std::string MarkdownWriter::write(const Document& document) {
  out_ = "# " + markdown(document.title) + "\n\n";
  if (!document.subtitle.empty()) out_ += markdown(document.subtitle) + "\n\n";
  for (const Fact& fact : document.facts) {
    out_ += "- " + markdown(fact.name) + ": " + inline_text(fact.value) + "\n";
  }
  out_ += "\n";
  for (const Section& section : document.sections) {
    out_ += "## " + markdown(section.title) + "\n\n";
    all(section.blocks);
  }
  while (out_.ends_with("\n\n")) out_.pop_back();
  return std::move(out_);
}

}  // namespace

std::string write_markdown(const Report& report) {
  return MarkdownWriter().write(report.document);
}

}  // namespace assay::reports
