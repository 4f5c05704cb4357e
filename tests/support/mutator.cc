#include "support/mutator.h"

#include <cstdint>
#include <cstdlib>
#include <limits>

namespace assay::test {

namespace {

void collect(Json& json, std::vector<Json*>& values) {
  values.push_back(&json);
  if (!json.is_structured()) return;
  for (Json& value : json) collect(value, values);
}

// The name of a random member, which must exist.
std::string key_at(const Json& table, std::size_t index) {
  auto member = table.begin();
  std::advance(member, static_cast<std::ptrdiff_t>(index));
  return member.key();
}

}  // namespace

int fuzz_rounds(int usual) {
  const char* rounds = std::getenv("ASSAY_FUZZ_ROUNDS");
  return rounds != nullptr ? std::atoi(rounds) : usual;
}

std::string Mutator::next() {
  std::string text = texts_[below(texts_.size())];
  for (std::size_t i = 1 + below(6); i > 0; --i) mutate(text);
  return text;
}

std::string Mutator::noise() {
  std::string text;
  for (std::size_t i = below(40); i > 0; --i) text += piece();
  return text;
}

void Mutator::mutate(std::string& text) {
  const std::size_t at = below(text.size() + 1);
  switch (below(6)) {
    case 0:
      text.insert(at, piece());
      break;
    case 1:
      text.erase(at, 1 + below(12));
      break;
    case 2:
      if (at < text.size()) text[at] = static_cast<char>(random_());
      break;
    case 3:
      text.insert(at, text.substr(below(text.size() + 1), below(60)));
      break;
    case 4:
      text.resize(at);
      break;
    default:
      if (at < text.size()) text.replace(at, 1 + below(3), piece());
      break;
  }
}

Json JsonMutator::hostile_value() {
  static const std::vector<Json> values{nullptr,
                                        true,
                                        0,
                                        -1,
                                        1,
                                        1e308,
                                        -1e308,
                                        5e-324,
                                        0.5,
                                        1e18,
                                        std::numeric_limits<std::uint64_t>::max(),
                                        std::numeric_limits<std::int64_t>::min(),
                                        "",
                                        "text",
                                        "0",
                                        "\x1b[31m",
                                        "</script><script>alert(1)</script>",
                                        "\u202egpj.exe",
                                        "\xff\xfe",
                                        "../../../etc/passwd",
                                        "mean",
                                        "ratio",
                                        "max",
                                        std::string(10'000, 'x'),
                                        Json::array(),
                                        Json::object(),
                                        {1, 2, 3},
                                        {{"id", "a"}},
                                        Json(std::vector<double>(300, 1e308)),
                                        Json::parse(std::string(90, '[') + std::string(90, ']'))};
  return values[below(values.size())];
}

void JsonMutator::mutate(Json& document) {
  std::vector<Json*> values;
  collect(document, values);
  Json& value = *values[below(values.size())];
  switch (below(6)) {
    case 0:
      if (value.is_structured() && !value.empty()) {
        const std::size_t at = below(value.size());
        if (value.is_array()) {
          value.erase(at);
        } else {
          value.erase(key_at(value, at));
        }
      }
      break;
    case 1:
      if (value.is_object()) value["added"] = hostile_value();
      if (value.is_array()) value.push_back(hostile_value());
      break;
    case 2:
      if (value.is_array() && !value.empty()) value.push_back(Json(value[below(value.size())]));
      break;
    case 3:
      if (value.is_object() && !value.empty()) {
        const std::string key = key_at(value, below(value.size()));
        Json moved = value[key];
        value.erase(key);
        value[key + (below(2) == 0 ? "\x1b|`<b>" : "2")] = std::move(moved);
      }
      break;
    case 4: {
      const Json other = *values[below(values.size())];
      value = other;
      break;
    }
    default:
      value = hostile_value();
  }
}

Json JsonMutator::next(Json document) {
  for (std::size_t i = 1 + below(3); i > 0; --i) mutate(document);
  return document;
}

}  // namespace assay::test
