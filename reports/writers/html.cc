#include "reports/plots/svg.h"
#include "reports/writers/assets.h"
#include "reports/writers/formats.h"
#include "reports/writers/html_table.h"
#include "reports/writers/markup.h"
#include "reports/writers/page_data.h"

namespace assay::reports {

namespace {

// Nothing may be loaded or run but the style sheet and the script that the report itself brings.
std::string content_policy() {
  return "default-src 'none'; style-src '" + style_asset().hash + "'; script-src '" +
         script_asset().hash + "'; base-uri 'none'; form-action 'none'";
}

class HtmlWriter {
 public:
  /// `data`: JSON for the script, already safe between tags.
  std::string write(const Document& document, const std::string& data);

 private:
  void head(const Document& document);
  void top(const Document& document);
  void all(const std::vector<Block>& blocks);

  void block(const Paragraph& paragraph);
  void block(const Heading& heading);
  void block(const List& list);
  void block(const Callout& callout);
  void block(const Findings& findings);
  void block(const Table& table) { write_table(markup_, table); }
  void block(const StripPlot& plot) { figure(plot, draw_strips); }
  void block(const CurvePlot& plot) { figure(plot, draw_curves); }
  void block(const RankPlot& plot) { figure(plot, draw_ranks); }
  void block(const ScatterPlot& plot) { figure(plot, draw_scatter); }
  void block(const TimelinePlot& plot) { figure(plot, draw_timeline); }
  void block(const Code& code);
  void block(const Details& details);

  template <typename Plot>
  void figure(const Plot& plot, void (*draw)(Markup&, const Plot&)) {
    markup_.open("figure").line().open("figcaption").text(plot.title);
    markup_.element("span", {{"class", "muted"}}, plot.description).close().line();
    draw(markup_, plot);
    markup_.line().close();
  }

  Markup markup_;
};

void HtmlWriter::head(const Document& document) {
  markup_.raw("<!doctype html>\n");
  markup_.open("html", {{"lang", "en"}}).line().open("head").line();
  markup_.empty("meta", {{"charset", "utf-8"}}).line();
  markup_.empty("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", content_policy()}})
      .line();
  markup_.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}})
      .line();
  markup_.empty("meta", {{"name", "referrer"}, {"content", "no-referrer"}}).line();
  markup_.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}}).line();
  markup_.element("title", {}, document.title + " \u2013 Assay report").line();
  markup_.open("style").raw(style_asset().text).close().line();
  markup_.close().line();
}

void HtmlWriter::top(const Document& document) {
  markup_.element("a", {{"class", "skip"}, {"href", "#verdicts"}}, "Skip to the verdicts").line();
  markup_.open("div", {{"class", "page"}}).line().open("header").line();
  markup_.element("p", {{"class", "kicker"}}, "Assay report").line();
  markup_.element("h1", {}, document.title).line();
  if (!document.subtitle.empty())
    markup_.element("p", {{"class", "lead"}}, document.subtitle).line();
  markup_.open("dl", {{"class", "facts"}}).line();
  for (const Fact& fact : document.facts) {
    markup_.open("div").element("dt", {}, fact.name).open("dd");
    write_text(markup_, fact.value);
    markup_.close().close().line();
  }
  markup_.close().line().close().line();
  markup_.open("nav", {{"aria-label", "Sections"}}).open("ul").line();
  for (const Section& section : document.sections) {
    markup_.open("li").element("a", {{"href", "#" + section.id}}, section.title).close().line();
  }
  markup_.close().close().line();
}

std::string HtmlWriter::write(const Document& document, const std::string& data) {
  head(document);
  markup_.open("body").line();
  top(document);
  markup_.open("main").line();
  for (const Section& section : document.sections) {
    markup_.open("section", {{"id", section.id}, {"aria-labelledby", section.id + "-title"}})
        .line();
    markup_.element("h2", {{"id", section.id + "-title"}}, section.title).line();
    all(section.blocks);
    markup_.close().line();
  }
  markup_.close().line();
  markup_.element("footer", {}, document.footer).line();
  markup_.close().line();
  markup_.open("script", {{"type", "application/json"}, {"id", "assay-data"}});
  markup_.raw(data).close().line();
  markup_.open("script").raw(script_asset().text).close().line();
  markup_.close().line().close().line();
  return markup_.take();
}

void HtmlWriter::all(const std::vector<Block>& blocks) {
  for (const Block& one : blocks) {
    std::visit([this](const auto& content) { block(content); }, one.content);
    markup_.line();
  }
}

void HtmlWriter::block(const Paragraph& paragraph) {
  markup_.open("p");
  write_text(markup_, paragraph.text);
  markup_.close();
}

void HtmlWriter::block(const Heading& heading) {
  markup_.element("h3", {{"id", heading.id}}, heading.text);
}

void HtmlWriter::block(const List& list) {
  markup_.open("ul").line();
  for (const Text& item : list.items) {
    markup_.open("li");
    write_text(markup_, item);
    markup_.close().line();
  }
  markup_.close();
}

void HtmlWriter::block(const Callout& callout) {
  markup_.open("div", {{"class", "callout"}, {"role", "note"}}).line();
  markup_.element("strong", {}, callout.title).line();
  block(List{callout.items});
  markup_.line().close();
}

void HtmlWriter::block(const Findings& findings) {
  markup_.open("ul", {{"class", "findings"}}).line();
  for (const Finding& finding : findings.items) {
    markup_.open("li");
    markup_.element("span", {{"class", std::string("mark ") + tone_class(finding.tone)}},
                    finding.word);
    markup_.open("div").open("p");
    write_text(markup_, finding.statement);
    markup_.close();
    for (const Text& detail : finding.details) {
      markup_.open("p", {{"class", "more"}});
      write_text(markup_, detail);
      markup_.close();
    }
    markup_.close().close().line();
  }
  markup_.close();
}

void HtmlWriter::block(const Code& code) {
  markup_.open("pre", {{"tabindex", "0"}}).element("code", {}, code.text).close();
}

void HtmlWriter::block(const Details& details) {
  markup_.open("details").element("summary", {}, details.summary).line();
  markup_.open("div", {{"class", "folded"}}).line();
  all(details.blocks);
  markup_.close().close();
}

}  // namespace

std::string write_html(const Report& report) {
  return HtmlWriter().write(report.document, page_data(report.results));
}

}  // namespace assay::reports
