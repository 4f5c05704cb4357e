#include "html_check.h"
#include "tag_reader.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace assay::reports::test {

namespace {

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
}

class HtmlReader : private TagReader {
 public:
  explicit HtmlReader(const std::string& html) : TagReader(html) {}

  HtmlFacts read() {
    if (!eat("<!doctype html>\n")) mistake("no doctype");
    while (!at_end()) {
      if (text_[at_] == '<') {
        tag();
      } else {
        facts_.text += character();
      }
    }
    for (const std::string& tag : open_) mistake("<" + tag + "> is never closed");
    for (const std::string& link : links_) {
      if (ids_.count(link) == 0) mistake("no element has the id " + link);
    }
    return std::move(facts_);
  }

 private:
  void mistake(const std::string& what) { facts_.mistakes.push_back(what + " near " + around(30)); }

  std::string name() { return name_of(is_name); }

  std::string character() {
    return TagReader::character('>', [this] { mistake("a bare & or >"); });
  }

  void attribute(const std::string& tag) {
    const std::string key = name();
    std::string value;
    if (key.empty() || !eat("=\"")) {
      mistake("an attribute of <" + tag + "> without a quoted value");
      ++at_;
      return;
    }
    while (!at_end() && text_[at_] != '"') {
      if (text_[at_] == '<') mistake("a bare < in an attribute");
      value += character();
    }
    ++at_;
    if (key == "id" && !ids_.insert(value).second) mistake("the id " + value + " is given twice");
    if (key == "style" || key.rfind("on", 0) == 0) mistake("the attribute " + key);
    if (key == "href" && value[0] == '#') links_.insert(value.substr(1));
    const std::set<std::string> loads = {"href", "src",    "srcset",    "action",
                                         "data", "poster", "background"};
    if (loads.count(key) > 0 && value[0] != '#') facts_.addresses.push_back(value);
  }

  void tag() {
    if (eat("</")) {
      const std::string closed = name();
      if (open_.empty() || open_.back() != closed) {
        mistake("</" + closed + "> closes <" + (open_.empty() ? "" : open_.back()) + ">");
      } else {
        open_.pop_back();
      }
      if (!eat(">")) mistake("</" + closed + " is not closed");
      return;
    }
    ++at_;
    const std::string opened = name();
    if (opened.empty()) return mistake("a bare <");
    facts_.tags.push_back(opened);
    while (eat(" ")) attribute(opened);
    if (eat("/>")) return;
    if (!eat(">")) mistake("<" + opened + " is not closed");
    open_.push_back(opened);
    if (opened == "style" || opened == "script") {
      const std::size_t end = text_.find("</" + opened, at_);
      at_ = end == std::string::npos ? text_.size() : end;
    }
  }

  std::vector<std::string> open_;
  std::set<std::string> ids_, links_;
  HtmlFacts facts_;
};

}  // namespace

HtmlFacts check_html(const std::string& html) {
  return HtmlReader(html).read();
}

}  // namespace assay::reports::test
