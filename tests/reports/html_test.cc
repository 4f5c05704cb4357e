#include "html_check.h"
#include "made_up_run.h"
#include "reports/analysis/analysis.h"
#include "reports/report.h"
#include "reports/writers/assets.h"
#include "reports/writers/formats.h"
#include "reports/writers/markup.h"
#include "reports/writers/page_data.h"

#include <assay/common/error.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <regex>

using namespace assay;
using namespace assay::reports;

namespace {

std::string made_up_html() {
  const test::TemporaryFolder folder;
  test::write_made_up_run(folder.path() / "run");
  return report_text(folder.path() / "run", "html");
}

}  // namespace

TEST_CASE("the page is well-formed, with unique ids and links that lead somewhere") {
  const test::HtmlFacts facts = test::check_html(made_up_html());
  CHECK(facts.mistakes == std::vector<std::string>());
  CHECK(facts.tags.size() > 500);
}

TEST_CASE("the check itself finds mistakes") {
  const auto mistakes = [](const std::string& html) {
    return test::check_html("<!doctype html>\n" + html).mistakes.size();
  };
  CHECK(mistakes("<p>a</p>") == 0);
  CHECK(mistakes("<p><b>a</p></b>") > 0);
  CHECK(mistakes("<p>a") > 0);
  CHECK(mistakes("a & b") > 0);
  CHECK(mistakes("<p id=\"a\"></p><p id=\"a\"></p>") > 0);
  CHECK(mistakes("<a href=\"#b\">b</a>") > 0);
  CHECK(mistakes("<p onclick=\"x\"></p>") > 0);
  CHECK(mistakes("<p style=\"x\"></p>") > 0);
}

TEST_CASE("nothing is loaded: the only addresses are papers of checked form") {
  const std::string html = made_up_html();
  const test::HtmlFacts facts = test::check_html(html);
  REQUIRE_FALSE(facts.addresses.empty());
  for (const std::string& address : facts.addresses) {
    CHECK(address == "https://arxiv.org/abs/2312.09390");
  }
  for (const char* tag :
       {"link", "img", "iframe", "object", "embed", "base", "form", "use", "image"}) {
    CHECK(std::count(facts.tags.begin(), facts.tags.end(), tag) == 0);
  }
  for (const char* way : {"@import", "url(", "fetch(", "XMLHttpRequest", "import("}) {
    CHECK(html.find(way) == std::string::npos);
  }
}

TEST_CASE("texts of plugins, suites and logs are shown, not run") {
  const std::string html = made_up_html();
  const test::HtmlFacts facts = test::check_html(html);
  // The data, which no browser runs, and the report's own script.
  CHECK(std::count(facts.tags.begin(), facts.tags.end(), "script") == 2);
  CHECK(html.find("<script type=\"application/json\"") != std::string::npos);
  CHECK(html.find("<script>alert") == std::string::npos);
  CHECK(html.find("<img") == std::string::npos);
  // The title, a parameter, a method's summary, a message, a claim, the log and the suite have it.
  std::size_t shown = 0;
  for (std::size_t at = 0; (at = facts.text.find(test::injection, at)) != std::string::npos; ++at)
    ++shown;
  CHECK(shown >= 7);
  CHECK(html.find("\x1b") == std::string::npos);
  CHECK(facts.text.find("\\x1b[31mred") != std::string::npos);
  CHECK(facts.text.find("\\u202egpj.exe") != std::string::npos);
}

TEST_CASE("the policy allows the page's own style and script alone") {
  const std::string html = made_up_html();
  CHECK(html.find("default-src &#39;none&#39;; style-src &#39;sha256-") != std::string::npos);
  CHECK(html.find("unsafe-inline") == std::string::npos);
  // Hashes of the files, by sha256sum and base64, are made when the library is built; their form:
  for (const Asset* asset : {&style_asset(), &script_asset()}) {
    CHECK(asset->hash.size() == 7 + 44);
    CHECK(asset->hash.back() == '=');
    CHECK(asset->text.find("</") == std::string_view::npos);
    CHECK(html.find(asset->text) != std::string::npos);
  }
}

TEST_CASE("the shell is small") {
  CHECK(style_asset().text.size() + script_asset().text.size() < 60000);
}

TEST_CASE("the same results give the same bytes") {
  CHECK(made_up_html() == made_up_html());
}

TEST_CASE("figures describe themselves and every seed is a mark") {
  const std::string html = made_up_html();
  const auto count = [&html](const std::string& text) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = html.find(text, at)) != std::string::npos; at += text.size())
      ++found;
    return found;
  };
  // photos: 8 rows of 5 less one failed; sounds: 5 rows of 3 less one damaged; letters: 2 rows
  // of 1.
  const std::regex mark(", seed [0-9]+: [^<]*</title></circle>");
  CHECK(std::distance(std::sregex_iterator(html.begin(), html.end(), mark), {}) == 39 + 14 + 2);
  CHECK(count("<svg") == count("role=\"img\""));
  CHECK(count("<svg") == count("<title id="));
}

TEST_CASE("markup closes what it opens and escapes what it is given") {
  Markup markup;
  markup.open("p", {{"class", "a\"b"}, {"id", ""}}).text("1 < 2 & 'x'").close();
  CHECK(markup.take() == "<p class=\"a&quot;b\">1 &lt; 2 &amp; &#39;x&#39;</p>");
  Markup open;
  open.open("p");
  CHECK_THROWS_WITH(open.take(), "Markup::take: <p> is still open");
  CHECK_THROWS_WITH(Markup().close(), "Markup::close: no tag is open");
}

TEST_CASE("the script finds every row of a table in the page's data, whatever its name") {
  RunResults results;
  {
    const test::TemporaryFolder folder;
    test::write_made_up_run(folder.path() / "run");
    results = collect_results(load_run(folder.path() / "run"));
  }
  const std::string name = "two\nlines\t\x1b\xff\u202e<b>\"";
  for (BenchmarkResults& benchmark : results.benchmarks) benchmark.rows.back().name = name;
  const Json data = Json::parse(page_data(results));
  CHECK(data["benchmarks"][0]["rows"].back()["name"] == "two lines \\x1b\ufffd\\u202e<b>\"");
  const std::string html = write_html(make_report(std::move(results)));
  CHECK(html.find("data-m=\"two lines \\x1b\ufffd\\u202e&lt;b&gt;&quot;\"") != std::string::npos);
  CHECK(html.find("data-m=\"two\n") == std::string::npos);
}

TEST_CASE("the page's data is JSON with every number of the cells") {
  const test::TemporaryFolder folder;
  test::write_made_up_run(folder.path() / "run");
  const RunResults results = collect_results(load_run(folder.path() / "run"));
  const std::string data = page_data(results);
  for (const char c : {'<', '>', '&', '\n'}) CHECK(data.find(c) == std::string::npos);
  const Json json = Json::parse(data);
  REQUIRE(json["benchmarks"].size() == results.benchmarks.size());
  for (std::size_t b = 0; b < results.benchmarks.size(); ++b) {
    const BenchmarkResults& benchmark = results.benchmarks[b];
    const Json& one = json["benchmarks"][b];
    CHECK(one["id"] == benchmark.id);
    CHECK(one["baseline"] == benchmark.baseline);
    CHECK(one["metrics"][one["primary"].get<std::size_t>()]["id"] == compared_metric(benchmark).id);
    REQUIRE(one["rows"].size() == benchmark.rows.size());
    for (std::size_t r = 0; r < benchmark.rows.size(); ++r) {
      const Row& row = benchmark.rows[r];
      CHECK(one["rows"][r]["name"] == row.name);
      REQUIRE(one["rows"][r]["state"].get<std::string>().size() == row.seeds.size());
      for (std::size_t m = 0; m < benchmark.metrics.size(); ++m) {
        const std::vector<double> values = row.values(benchmark.metrics[m].id);
        const Json& written = one["rows"][r]["values"][m];
        REQUIRE(written.size() == values.size());
        for (std::size_t s = 0; s < values.size(); ++s) {
          if (std::isfinite(values[s])) {
            CHECK(written[s].get<double>() == Approx(values[s]).epsilon(1e-7));
          } else {
            CHECK(written[s].is_null());
          }
        }
      }
    }
  }
}
