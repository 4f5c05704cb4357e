// Runs in which things go wrong, and runs whose texts try to make a report go wrong.
#include "written_runs.h"

namespace assay::reports::test {

namespace {

Json one_metric_family(const std::string& title, const std::string& metric,
                       const std::string& meaning) {
  Json score = metric_json("score", metric, "max", {0, 1}, meaning);
  score["primary"] = true;
  Json loss = metric_json("loss", metric + " loss", "min", nullptr, meaning);
  return family_json("made_up", title, {reference_json("upper", title, meaning)}, {score, loss});
}

struct Failure {
  const char *kind, *phase, *message;
};

// Every kind of docs/results.md, with a message as the executor or worker writes it.
constexpr Failure failures[] = {
    {"exception", "create", "optimizer 'adamm' is not one of adam, sgd"},
    {"non_finite", "fit", "the loss became nan in epoch 2, step 31"},
    {"contract", "predict", "predict() answered (3, 100, 9), expected logits of (3, 100, 10)"},
    {"memory", "fit", "the worker took 4.1 GB of the 4.0 GB that limits.memory allows"},
    {"timeout", "fit", "took longer than limits.time_s = 600"},
    {"signal", "fit", "killed by signal 11 (segmentation fault)"},
    {"exit", "load", "the worker ended with status 3"},
    {"lost", "fit", "the worker was killed by SIGKILL twice, and not by Assay"},
    {"stage", "weak", "stage 'weak' failed: exception during fit: no such file: labels.csv"},
    {"disk", "store", "no space left on device"},
};

// The kinds of text that break pages.
const std::string long_word(10000, 'w');
const std::string reversed = "\u202egpj.exe\u202c \u2066isolated\u2069 \u200f\u05d0\u05d1\u05d2";
const std::string quotes =
    R"(" ' ` &amp; &#x3c; </script></style></title><!-- --> ]]> ${x} {{x}} <svg onload=alert(2)>)";
const std::string emoji =
    "\U0001F9EA\U0001F468\u200d\U0001F469\u200d\U0001F467 e\u0301\u0323\u0302";
const std::string controls =
    std::string("\x1b[31mred\x1b[0m \x1b]8;;https://example.org\x07link ") + '\0' +
    " null before, bell after \x07";
const std::string not_utf8 = "not UTF-8: \xff\xfe \xc3\x28 \xed\xa0\x80";

// JSON holds no bytes that are not UTF-8, so these are only in logs.
std::string all_texts() {
  return injection + " " + quotes + " " + reversed + " " + emoji + " " + controls;
}

}  // namespace

RunSpec failures_run() {
  RunSpec spec;
  spec.name = "failures";
  spec.title = "Everything that can go wrong";
  spec.description = "Made up. Each method fails in its own way; plain is well, missing never ran.";
  spec.suite_text = "[suite]\nname = \"failures\"\n";
  spec.families = {{"made_up", one_metric_family("Made up", "Score", "made up")}};
  for (const char* id : {"steady", "twins"}) {
    BenchmarkSpec benchmark{id, std::string("Failures on ") + id, "made_up", {0, 1, 2}, "plain",
                            {}};
    benchmark.rows.push_back({"plain", "plain"});
    for (const Failure& failure : failures) {
      benchmark.rows.push_back({std::string("has-") + failure.kind, "plain"});
      spec.logs[std::string("logs/") + id + "-" + failure.kind + ".log"] =
          std::string("epoch 1\nepoch 2\n") + failure.message + "\n";
    }
    benchmark.rows.push_back({"missing", "plain"});
    benchmark.rows.push_back({"upper", "upper", true});
    spec.benchmarks.push_back(std::move(benchmark));
  }
  spec.methods["plain"] = method_json("plain", "made_up", "A method that is well", "");
  spec.claims = {{{"says", "A method that always fails beats one that is well"},
                  {"paper", ""},
                  {"on", {"steady"}},
                  {"metric", "score"},
                  {"expect", "has-signal > plain"}}};
  spec.outcome = [](const BenchmarkSpec& benchmark, const RowSpec& row, std::size_t seed) {
    const double size = static_cast<double>(seed);
    if (row.name == "missing") return Json();
    for (const Failure& failure : failures) {
      if (row.name != std::string("has-") + failure.kind) continue;
      // On the second benchmark only the first seed fails.
      if (benchmark.id == "twins" && seed > 0) break;
      return failed(failure.kind, failure.phase, failure.message,
                    "logs/" + benchmark.id + "-" + failure.kind + ".log");
    }
    const double score =
        (row.reference ? .9 : .7) + .01 * size * size + (row.name == "plain" ? 0 : .004 * size);
    return done({{"score", score}, {"loss", 1 - score}});
  };
  return spec;
}

RunSpec hostile_run() {
  RunSpec spec;
  const std::string texts = all_texts();
  spec.name = "hostile";
  spec.title = texts;
  spec.description = texts + " " + long_word;
  spec.suite_text = "[suite]\nname = \"hostile\"\n# " + texts + "\n# " + long_word + "\n";
  spec.overrides = {"broken.train.lr=" + texts};
  spec.families = {{"made_up", one_metric_family(texts, quotes, texts)}};
  spec.families["made_up"]["apart"] = {{injection, texts}};
  spec.methods["calm"] =
      method_json("calm", "made_up", "A method that is well", "arXiv:2312.09390");
  spec.methods["evil"] = method_json(
      "evil", "made_up", texts + " " + long_word, "arXiv:2312.09390\"><b>x</b>",
      {{{"key", "note"}, {"type", "text"}, {"default", quotes}, {"help", texts}}}, {injection});
  // The names of variants are as free as `as` in a suite allows: no control characters.
  const std::vector<RowSpec> rows = {
      {"calm", "calm"},
      {"evil <img src=x onerror=alert(3)>", "evil", false, {{"note", texts}, {"word", long_word}}},
      {"b=1&m=2#f \"quoted\"", "evil"},
      {std::string(200, 'n'), "evil"},
      {"upper", "upper", true}};
  spec.benchmarks = {{"broken", texts, "made_up", {0, 1, 2}, "calm", rows},
                     {"wide", long_word, "made_up", {0, 1, 2}, "calm", rows}};
  spec.claims = {{{"says", texts + " " + long_word},
                  {"paper", "javascript:alert(4)"},
                  {"on", {"broken"}},
                  {"metric", "score"},
                  {"expect", "calm > upper"}}};
  spec.logs["logs/evil.log"] = texts + "\n" + not_utf8 + "\n" + long_word + "\n</pre></code>\n";
  spec.outcome = [texts](const BenchmarkSpec& benchmark, const RowSpec& row, std::size_t seed) {
    if (row.name.starts_with("evil") && (benchmark.id == "wide" || seed == 1)) {
      return failed("exception", "fit", texts + " " + long_word, "logs/evil.log");
    }
    const double score =
        .5 + .01 * static_cast<double>(seed) + .001 * static_cast<double>(row.name.size() % 7);
    return done({{"score", score}, {"loss", 1 - score}},
                {{injection, {{1, 1.0}, {2, 0.5 + score}, {3, score}}}});
  };
  return spec;
}

}  // namespace assay::reports::test
