#include "latex_check.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace assay::reports::test {

namespace {

const std::set<std::string> known_commands = {"begin",
                                              "end",
                                              "centering",
                                              "small",
                                              "footnotesize",
                                              "caption",
                                              "label",
                                              "toprule",
                                              "midrule",
                                              "bottomrule",
                                              "texttt",
                                              "textbf",
                                              "emph",
                                              "linewidth",
                                              "char",
                                              "textbackslash",
                                              "textasciitilde",
                                              "textasciicircum",
                                              "textless",
                                              "textgreater",
                                              "textbar",
                                              "textasciigrave",
                                              "textquoteleft",
                                              "textquoteright",
                                              "textquotedblleft",
                                              "textquotedblright",
                                              "ldots",
                                              "S",
                                              "copyright"};
const std::set<std::string> known_math = {
    "pm",         "cdot",      "times",  "div",   "circ", "leftarrow", "uparrow",
    "rightarrow", "downarrow", "approx", "neq",   "leq",  "geq",       "infty",
    "in",         "mu",        "dagger", "alpha", "beta", "omega"};

class LatexReader {
 public:
  explicit LatexReader(const std::string& latex) {
    // Whole lines of comments; a % anywhere else is a mistake.
    std::size_t from = 0;
    while (from < latex.size()) {
      const std::size_t end = std::min(latex.find('\n', from), latex.size() - 1) + 1;
      if (latex[from] != '%') text_ += latex.substr(from, end - from);
      from = end;
    }
  }

  LatexFacts read() {
    while (at_ < text_.size()) step();
    if (math_) mistake("math is never closed");
    if (depth_ != 0) mistake("a brace is never closed");
    for (const std::string& environment : environments_) mistake(environment + " is never ended");
    return std::move(facts_);
  }

 private:
  void mistake(const std::string& what) {
    facts_.mistakes.push_back(
        what +
        " near: " + text_.substr(at_ < 40 ? 0 : at_ - 40, std::min<std::size_t>(80, text_.size())));
  }

  bool in_table() const { return !environments_.empty() && environments_.back() == "tabular"; }

  std::string group() {
    if (at_ >= text_.size() || text_[at_] != '{') {
      mistake("expected {");
      return "";
    }
    const std::size_t from = ++at_;
    for (std::size_t open = 1; at_ < text_.size() && open > 0; ++at_) {
      if (text_[at_] == '{' && text_[at_ - 1] != '\\') ++open;
      if (text_[at_] == '}' && text_[at_ - 1] != '\\') --open;
    }
    return text_.substr(from, at_ - from - 1);
  }

  void begin() {
    const std::string environment = group();
    if (environment == "table") {
      if (text_[at_] == '[') at_ = text_.find(']', at_) + 1;
      ++facts_.tables;
    } else if (environment == "tabular") {
      std::string columns = group();
      for (const char* part : {"@{}", "{0.78\\linewidth}"}) {
        for (std::size_t at = 0; (at = columns.find(part)) != std::string::npos;) {
          columns.erase(at, std::string(part).size());
        }
      }
      if (columns.find_first_not_of("lrcp") != std::string::npos) mistake("columns " + columns);
      width_ = columns.size();
      row_.assign(1, "");
    } else {
      mistake("the environment " + environment);
    }
    environments_.push_back(environment);
    table_depth_ = depth_;
  }

  void end() {
    const std::string environment = group();
    if (environments_.empty() || environments_.back() != environment) {
      return mistake("\\end{" + environment + "}");
    }
    if (environment == "tabular" && row_ != std::vector<std::string>{""}) mistake("an open row");
    environments_.pop_back();
    if (depth_ != table_depth_) mistake("a brace open over the end of " + environment);
  }

  void command() {
    const std::size_t from = at_++;
    if (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_])) == 0) {
      const char c = text_[at_++];
      if (c == '\\') return end_row();
      if (std::string("&%$#_{},").find(c) == std::string::npos) mistake(std::string("\\") + c);
      return keep(from);
    }
    while (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    const std::string name = text_.substr(from + 1, at_ - from - 1);
    if ((math_ ? known_math : known_commands).count(name) == 0) mistake("\\" + name);
    if (name == "begin") return begin();
    if (name == "end") return end();
    if (name == "label") {
      if (!labels_.insert(group()).second) mistake("a label twice");
      return;
    }
    if (name == "textbf") {
      const std::size_t back = at_;
      facts_.bold.push_back(group());
      at_ = back;
    }
    if (in_table() && name.ends_with("rule")) return;  // between rows
    keep(from);
  }

  void keep(std::size_t from) {
    if (in_table()) row_.back() += text_.substr(from, at_ - from);
  }

  void end_row() {
    if (!in_table() || depth_ != table_depth_ || math_) return mistake("\\\\ outside of a row");
    // LaTeX would take either for an argument.
    std::size_t next = at_;
    while (next < text_.size() && std::isspace(static_cast<unsigned char>(text_[next])) != 0)
      ++next;
    if (next < text_.size() && (text_[next] == '[' || text_[next] == '*')) {
      mistake("\\\\ with an argument");
    }
    if (row_.size() != width_) {
      mistake(std::to_string(row_.size()) + " cells in a table of " + std::to_string(width_));
    }
    facts_.rows.push_back(row_);
    row_.assign(1, "");
  }

  void step() {
    const char c = text_[at_];
    switch (c) {
      case '\\':
        return command();
      case '{':
        ++depth_;
        break;
      case '}':
        if (depth_ == 0) mistake("} without {");
        if (depth_ > 0) --depth_;
        break;
      case '$':
        math_ = !math_;
        break;
      case '&':
        if (!in_table() || depth_ != table_depth_ || math_) mistake("a bare &");
        ++at_;
        row_.emplace_back();
        return;
      case '^':
        if (!math_) mistake("a bare ^");
        break;
      case '\n':
        if (math_) mistake("math over the end of a line");
        if (depth_ > 0) mistake("a group over the end of a line");
        ++at_;
        return;
      default:
        if (std::string("%#_<>|`\"").find(c) != std::string::npos) {
          mistake(std::string("a bare ") + c);
        }
        if (static_cast<unsigned char>(c) < 0x20) mistake("a control character");
    }
    ++at_;
    keep(at_ - 1);
  }

  std::string text_;
  std::size_t at_ = 0, depth_ = 0, table_depth_ = 0, width_ = 0;
  bool math_ = false;
  std::vector<std::string> environments_, row_{""};
  std::set<std::string> labels_;
  LatexFacts facts_;
};

}  // namespace

LatexFacts check_latex(const std::string& latex) {
  LatexFacts facts = LatexReader(latex).read();
  for (auto& row : facts.rows) {
    for (std::string& cell : row) {
      cell.erase(0, cell.find_first_not_of(' '));
      cell.erase(cell.find_last_not_of(' ') + 1);
    }
  }
  return facts;
}

}  // namespace assay::reports::test
