#include "sdk/internal/safetensors.h"
#include "support.h"

#include <assay/common/files.h>

#include <cstring>
#include <filesystem>
#include <unistd.h>

using namespace assay;
using namespace assay::testing;

namespace {

std::string file_of(const std::string& header, const std::string& data) {
  std::string content;
  for (int byte = 0; byte < 8; ++byte) content.push_back(static_cast<char>(header.size() >> (8 * byte)));
  return content + header + data;
}

std::string fault(const std::string& header, const std::string& data) {
  const std::string text = error_of([&] { parse_safetensors(file_of(header, data), "a.safetensors"); });
  const std::string start = "a.safetensors: not a valid safetensors file: ";
  REQUIRE(text.rfind(start, 0) == 0);
  return text.substr(start.size());
}

std::string entry(const std::string& name, const std::string& type, const std::string& shape,
                  const std::string& range) {
  return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape +
         ",\"data_offsets\":" + range + "}";
}

}  // namespace

TEST_CASE("the format is the documented one, byte by byte") {
  const std::string header =
      R"({"__metadata__":{"k":"v"},"a":{"data_offsets":[8,10],"dtype":"U8","shape":[2]},)"
      R"("b":{"data_offsets":[0,8],"dtype":"F32","shape":[1,2]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  std::string data(10, '\0');
  const float values[] = {1.0f, -2.5f};
  std::memcpy(data.data(), values, 8);
  data[8] = 7;
  data[9] = static_cast<char>(255);
  CHECK(to_safetensors({{"a", at::tensor({7, 255}, at::kByte)},
                        {"b", at::tensor({1.0f, -2.5f}).reshape({1, 2})}},
                       {{"k", "v"}}) == file_of(padded, data));
  // A header without padding, in another order, is valid too.
  const SafeTensors read = parse_safetensors(
      file_of("{" + entry("b", "F32", "[1,2]", "[2,10]") + "," + entry("a", "U8", "[2]", "[0,2]") + "}",
              data.substr(8) + data.substr(0, 8)),
      "x");
  CHECK(read.tensors.at("a").equal(at::tensor({7, 255}, at::kByte)));
  CHECK(read.tensors.at("b").equal(at::tensor({1.0f, -2.5f}).reshape({1, 2})));
}

TEST_CASE("files give back what was written") {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("assay-test-" + std::to_string(getpid()) + ".safetensors");
  const TensorMap tensors = {{"f", at::arange(6, at::kFloat).reshape({2, 3}).t()},
                             {"d", at::scalar_tensor(0.1, at::kDouble)},
                             {"i", longs({-1, std::int64_t{1} << 60}, {2})},
                             {"u", at::zeros({0, 4}, at::kByte)},
                             {"b", at::tensor({1, 0, 1}, at::kInt).to(at::kBool)},
                             {"h", at::tensor({.5, -2.0}).to(at::kHalf)},
                             {"w", at::tensor({.5, -3e30}).to(at::kBFloat16)},
                             {"n", at::tensor({-7, 1 << 30}, at::kInt)},
                             {"s", at::tensor({-7, 1 << 14}, at::kShort)},
                             {"c", at::tensor({-7, 127}, at::kChar)}};
  write_safetensors(path, tensors, {{"format", "test"}, {"seeds", "0,1"}});
  const SafeTensors read = read_safetensors(path);
  std::filesystem::remove(path);
  CHECK(read.metadata.at("seeds") == "0,1");
  REQUIRE(read.tensors.size() == 10);
  for (const auto& [name, tensor] : tensors) {
    CHECK(read.tensors.at(name).equal(tensor));
    CHECK(read.tensors.at(name).scalar_type() == tensor.scalar_type());
  }
  CHECK(error_of([&] { tensor_of(read, "g", "p"); }) == "p: has no tensor 'g'; it has b, c, d, f, h, i, n, s, "
                                                              "u, w");
  CHECK(to_safetensors(tensors) == to_safetensors(tensors));
  CHECK(error_of([] { to_safetensors({{"c", at::zeros({1}, at::kComplexFloat)}}); }) ==
        "safetensors: tensor 'c' is of type ComplexFloat; F64, F32, F16, BF16, I64, I32, I16, I8, U8 "
        "and BOOL can be written");
  CHECK(error_of([] { to_safetensors({{"a\xff", at::zeros({1})}}); }) ==
        R"(safetensors: the name 'a\xff' of a tensor is not UTF-8)");
  CHECK(error_of([] { to_safetensors({}, {{"k", "\xff"}}); }) ==
        "safetensors: the metadata 'k' is not UTF-8");
}

TEST_CASE("a broken file is refused with its fault") {
  const auto one = [](const std::string& type, const std::string& shape, const std::string& range) {
    return "{" + entry("t", type, shape, range) + "}";
  };
  const std::string eight(8, '\0');
  CHECK(error_of([] { parse_safetensors("abc", "a"); }) ==
        "a: not a valid safetensors file: it has 3 bytes");
  CHECK(error_of([] { parse_safetensors("\xff\xff\xff\xff\xff\xff\xff\xff", "a"); }) ==
        "a: not a valid safetensors file: its header claims 18446744073709551615 bytes; the format "
        "allows 100000000");
  CHECK(error_of([] { parse_safetensors(std::string("\x09\0\0\0\0\0\0\0{}", 10), "a"); }) ==
        "a: not a valid safetensors file: its header claims 9 bytes, but the file ends after 2");
  CHECK(fault("[]", "") == "its header does not begin with '{'");
  CHECK(fault("{\"a\":", "").rfind("its header is not JSON: ", 0) == 0);
  CHECK(fault("{" + entry("t", "U8", "[0]", "[0,0]") + "," + entry("t", "U8", "[0]", "[0,0]") + "}", "") ==
        "its header has the key 't' twice");
  CHECK(fault(R"({"t":{"dtype":"U8","dtype":"F32","shape":[0],"data_offsets":[0,0]}})", "") ==
        "its header has the key 'dtype' twice");
  CHECK(fault(R"({"__metadata__":{"":"a","":"b"}})", "") == "its header has the key '' twice");
  // Nested deeper than sizes in a list in a table: refused before it is built.
  CHECK(fault("{\"t\":" + std::string(5'000'000, '['), "") == "its header is nested too deeply");
  CHECK(fault(R"({"t":{"dtype":"U8","shape":[[0]],"data_offsets":[0,0]}})", "") ==
        "its header is nested too deeply");
  // What the file calls itself cannot write into a terminal, nor fill it.
  CHECK(fault(R"({"a\u001b[31m":0})", "") ==
        R"(tensor 'a\x1b[31m' must have dtype, shape and data_offsets, and nothing else)");
  CHECK(fault("{\"" + std::string(1000, 'a') + "\":0}", "").size() < 200);
  CHECK(fault("{\"a\":" + std::string(100'000, 'z'), "").size() < 300);
  CHECK(fault(R"({"__metadata__":{"a":1}})", "") == "__metadata__ entry 'a' is not a text");
  CHECK(fault(R"({"t":{"dtype":"U8","shape":[0]}})", "") ==
        "tensor 't' must have dtype, shape and data_offsets, and nothing else");
  CHECK(fault(one("F8_E4M3", "[8]", "[0,8]"), eight) ==
        "tensor 't' has dtype 'F8_E4M3'; F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL can be "
        "read");
  CHECK(fault(one("F32", "[-2]", "[0,8]"), eight) ==
        "tensor 't' has a size that is not a whole number");
  CHECK(fault(one("F32", "[4294967296,4294967296]", "[0,8]"), eight) ==
        "tensor 't' is larger than any memory");
  // Not even where another size is 0: a stride would not fit.
  CHECK(fault(one("U8", "[0,4294967296,4294967296]", "[0,0]"), "") ==
        "tensor 't' is larger than any memory");
  CHECK(fault(one("F64", "[9223372036854775807]", "[0,8]"), eight) ==
        "tensor 't' is larger than any memory");
  CHECK(fault(one("U8", "[18446744073709551615]", "[0,8]"), eight) ==
        "tensor 't' has a size that is not a whole number");
  std::string ones = "1";
  for (int axis = 0; axis < 64; ++axis) ones += ",1";
  CHECK(fault(one("U8", "[" + ones + "]", "[0,1]"), "a") ==
        "tensor 't' has 65 axes; 64 can be read");
  CHECK(fault(one("U8", "[8]", "[18446744073709551608,18446744073709551615]"), eight) ==
        "tensor 't' lies at 18446744073709551608 to 18446744073709551615 of 8 bytes of data");
  CHECK(fault(one("F32", "[3]", "[0,8]"), eight) ==
        "tensor 't' needs 12 bytes by its shape, but has 8");
  CHECK(fault(one("F32", "[4]", "[0,16]"), eight) ==
        "tensor 't' lies at 0 to 16 of 8 bytes of data");
  CHECK(fault(one("F32", "[0]", "[8,0]"), eight) == "tensor 't' lies at 8 to 0 of 8 bytes of data");
  CHECK(fault(one("F32", "[2]", "[0,8.5]"), eight) ==
        "tensor 't' has data_offsets that are not two whole numbers");
  CHECK(fault(one("U8", "[4]", "[0,4]"), eight) == "the last 4 bytes belong to no tensor");
  CHECK(fault(one("U8", "[4]", "[4,8]"), eight) == "4 bytes before tensor 't' belong to no tensor");
  CHECK(fault("{" + entry("a", "U8", "[5]", "[0,5]") + "," + entry("b", "U8", "[4]", "[4,8]") + "}",
              eight) == "tensor 'b' overlaps another");
  CHECK(fault(one("BOOL", "[8]", "[0,8]"), std::string("\1\0\1\2\0\0\0\0", 8)) ==
        "tensor 't' is BOOL, but holds other bytes than 0 and 1");
  CHECK(fault("{}", eight) == "the last 8 bytes belong to no tensor");
}

TEST_CASE("no change of one byte crashes the reader") {
  const std::string good = to_safetensors(
      {{"a", at::arange(3, at::kFloat)}, {"b", at::tensor({1, 0}, at::kInt).to(at::kBool)}}, {{"k", "v"}});
  std::int64_t refused = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char byte : {'\0', '"', '}', '9', '\x7f', '\xff'}) {
      std::string bad = good;
      bad[at] = byte;
      try {
        parse_safetensors(bad, "fuzz");
      } catch (const Error&) {
        ++refused;
      }
    }
    CHECK_THROWS_AS(parse_safetensors(good.substr(0, at), "cut"), Error);
  }
  CHECK(refused > static_cast<std::int64_t>(good.size()));
}
