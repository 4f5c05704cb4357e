#include "host/store/safetensors.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>

namespace assay {

namespace {

// Written out by hand: an 8-byte length, the header, the data.
std::string file_of(std::string header, const std::string& data) {
  std::string content(8, '\0');
  content[0] = static_cast<char>(header.size());
  return content + header + data;
}

const std::string two_tensors = file_of(
    R"({"a":{"dtype":"U8","shape":[3,2],"data_offsets":[0,6]},"b":{"dtype":"U8","shape":[3],"data_offsets":[6,9]}})",
    "aAbBcCxyz");

}  // namespace

TEST_CASE("rows of every tensor are picked in the order asked for") {
  const std::string picked = select_tensor_rows(two_tensors, {2, 0}, "p");
  const auto tensors = parse_safetensors(picked, "p");
  CHECK(tensors.at("a").shape == std::vector<std::uint64_t>{2, 2});
  CHECK(tensors.at("a").bytes == "cCaA");
  CHECK(tensors.at("b").bytes == "zx");
  CHECK(tensor_row(tensors.at("b"), 1) == std::vector<double>{'x'});
  // The data starts at a multiple of 8.
  CHECK((static_cast<unsigned char>(picked[0]) % 8) == 0);
}

TEST_CASE("what is not a safetensors file says why") {
  const auto problem = [](const std::string& content) {
    try {
      parse_safetensors(content, "p");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(problem("short") == "p is not a safetensors file: it is shorter than 8 bytes");
  CHECK(problem(std::string(8, '\x7f')) == "p is not a safetensors file: its header is longer than the file");
  CHECK(problem(file_of("[]", "")) == "p is not a safetensors file: its header is not a JSON table");
  CHECK(problem(file_of(R"({"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}})", "12")) ==
        "p is not a safetensors file: 'a' lies outside of it");
  CHECK_THROWS_WITH(select_tensor_rows(two_tensors, {3}, "p"), "p: 'a' has 3 rows, row 3 is wanted");
}

}  // namespace assay
