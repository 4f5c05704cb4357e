// Damaged files: each is refused with an error of ours, or read completely.
#include "sdk/internal/safetensors.h"
#include "support.h"
#include "support/mutator.h"

#include <cstring>

using namespace assay;
using namespace assay::test;
using namespace assay::testing;

namespace {

std::string with_header(const std::string& header, const std::string& data) {
  std::string content;
  for (int byte = 0; byte < 8; ++byte) {
    content.push_back(static_cast<char>(header.size() >> (8 * byte)));
  }
  return content + header + data;
}

struct Outcome {
  int read = 0, refused = 0;
};

// What can be read is written and read again: it must be the same tensors, every byte of them
// there.
void feed(const std::string& content, Outcome& outcome) {
  SafeTensors file;
  try {
    file = parse_safetensors(content, "fuzz");
  } catch (const Error& error) {
    ++outcome.refused;
    REQUIRE(std::string(error.what()).rfind("fuzz: not a valid safetensors file: ", 0) == 0);
    REQUIRE(std::string(error.what()).size() < 400);
    return;
  }
  ++outcome.read;
  const std::string written = to_safetensors(file.tensors, file.metadata);
  const SafeTensors again = parse_safetensors(written, "again");
  REQUIRE(again.metadata == file.metadata);
  REQUIRE(again.tensors.size() == file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    const Tensor& other = again.tensors.at(name);
    REQUIRE(other.scalar_type() == tensor.scalar_type());
    REQUIRE(other.sizes() == tensor.sizes());
    if (tensor.nbytes() == 0) continue;  // it has no address
    REQUIRE(std::memcmp(other.const_data_ptr(), tensor.const_data_ptr(), tensor.nbytes()) == 0);
  }
}

const TensorMap& tensors() {
  static const TensorMap map = {{"a.weight", at::arange(6, at::kFloat).reshape({2, 3})},
                                {"b", at::tensor({1, 0}, at::kInt).to(at::kBool)},
                                {"c", at::zeros({0, 4}, at::kLong)},
                                {"d", at::scalar_tensor(.5, at::kDouble)},
                                {"e", at::ones({3}, at::kBFloat16)}};
  return map;
}

}  // namespace

TEST_CASE("damaged safetensors are read completely or refused") {
  const std::string good = to_safetensors(tensors(), {{"format", "pt"}});
  const std::size_t header_end =
      8 + static_cast<unsigned char>(good[0]) +
      256 * static_cast<std::size_t>(static_cast<unsigned char>(good[1]));
  const std::string header = good.substr(8, header_end - 8), data = good.substr(header_end);
  const std::vector<std::string> pieces{"\"dtype\":",
                                        "\"shape\":",
                                        "\"data_offsets\":",
                                        "\"F32\"",
                                        "\"BF16\"",
                                        "\"I64\"",
                                        "\"BOOL\"",
                                        "[0,24]",
                                        "[",
                                        "]",
                                        "{",
                                        "}",
                                        ",",
                                        ":",
                                        "\"",
                                        "0",
                                        "1",
                                        "9",
                                        "-1",
                                        "1e400",
                                        "0.5",
                                        "null",
                                        "18446744073709551615",
                                        "9223372036854775807",
                                        "4294967296",
                                        "\"__metadata__\":{}",
                                        "\\u0000",
                                        "\xff",
                                        "\xc0\xaf",
                                        std::string(1, '\0'),
                                        std::string(8, '\xff'),
                                        "[0,4294967296,4294967296]",
                                        "\"a.weight\":",
                                        "\"b\":"};
  const int rounds = fuzz_rounds(3000);
  // Bytes of the whole file; the header's text under a length that fits; the header's values.
  Mutator bytes({good, with_header("{}", "")}, pieces, 1), text({header}, pieces, 2);
  JsonMutator values(3);
  const Json document = Json::parse(header);
  Outcome of_bytes, of_text, of_values;
  for (int round = 0; round < rounds; ++round) {
    switch (round % 3) {
      case 0:
        feed(bytes.next(), of_bytes);
        break;
      case 1:
        feed(with_header(text.next(), data), of_text);
        break;
      default:
        feed(with_header(values.next(document).dump(-1, ' ', false, Json::error_handler_t::replace),
                         data),
             of_values);
    }
  }
  // The damage reaches both sides of the reader.
  for (const Outcome& outcome : {of_bytes, of_text, of_values}) {
    CHECK(outcome.refused > rounds / 10);
  }
  CHECK(of_bytes.read + of_text.read + of_values.read > rounds / 100);
}
