// The IDX reader, on files written here byte by byte.
#include "sdk/families/data/idx.h"
#include "support.h"

#include <ATen/ATen.h>
#include <zlib.h>
#include <catch2/catch.hpp>

#include <fstream>

namespace assay::weak_to_strong::test {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<unsigned char>;

// Two images of 2x3 pixels: the values count up from 1.
const Bytes two_images = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2,  0,  0,
                          0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255};

fs::path write_gz(const fs::path& path, const Bytes& bytes) {
  const gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  return path;
}

fs::path write_plain(const fs::path& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return path;
}

Bytes with(Bytes bytes, std::size_t at, unsigned char value) {
  bytes.at(at) = value;
  return bytes;
}

Bytes first(const Bytes& bytes, std::size_t count) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

TEST_CASE("idx: compressed and plain files give the same bytes") {
  const TemporaryFolder folder;
  for (const auto& path : {write_gz(folder.path() / "a.gz", two_images),
                           write_plain(folder.path() / "a", two_images)}) {
    const Tensor images = read_idx(path, 3);
    REQUIRE(images.sizes() == at::IntArrayRef{2, 2, 3});
    CHECK(images[0][0][0].item<int>() == 1);
    CHECK(images[0][1][2].item<int>() == 6);
    CHECK(images[1][0][1].item<int>() == 8);
    CHECK(images[1][1][2].item<int>() == 255);
  }
}

TEST_CASE("idx: what is wrong with a file is said with its name") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "broken.gz";
  const auto text = [&](const Bytes& bytes) {
    write_gz(path, bytes);
    return error_of([&] { read_idx(path, 3); });
  };
  const std::string start = "the data file " + path.string() + " ";

  CHECK(text(with(two_images, 0, 1)) == start + "is not an IDX file (its first bytes are not 0)");
  CHECK(text(with(two_images, 2, 0x0d)) ==
        start + "holds another type than unsigned bytes (type code 13)");
  CHECK(text(with(two_images, 3, 1)) == start + "has 1 dimensions where 3 are expected");
  CHECK(text(with(two_images, 7, 0)) == start + "has a dimension of length 0");
  CHECK(text(with(two_images, 4, 0xff)) == start + "has a header that asks for more than 2 GB");
  CHECK(text(first(two_images, 20)) ==
        start + "is too short: its content has 12 bytes, the file holds 4 of them");
  CHECK(text(first(two_images, 6)) ==
        start + "is too short: an IDX header's dimension has 4 bytes, the file holds 2 of them");
  CHECK(text({}) == start + "is too short: an IDX header has 4 bytes, the file holds 0 of them");
  Bytes longer = two_images;
  longer.push_back(0);
  CHECK(text(longer) == start + "is longer than its header says");
}

TEST_CASE("idx: a file that is cut, damaged or missing") {
  const TemporaryFolder folder;
  Bytes many = {0, 0, 8, 1, 0, 0, 0x40, 0};
  for (int i = 0; i < 0x4000; ++i) many.push_back(static_cast<unsigned char>(i * i >> 3));
  const fs::path whole = write_gz(folder.path() / "whole.gz", many);
  REQUIRE(read_idx(whole, 1).numel() == 0x4000);

  std::ifstream in(whole, std::ios::binary);
  Bytes packed((std::istreambuf_iterator<char>(in)), {});
  const fs::path cut = write_plain(folder.path() / "cut.gz", first(packed, packed.size() / 2));
  CHECK_THAT(error_of([&] { read_idx(cut, 1); }),
             Catch::Contains("cut.gz is cut off inside its compressed data"));

  packed[packed.size() - 6] ^= 0xff;  // in the checksum
  const fs::path damaged = write_plain(folder.path() / "damaged.gz", packed);
  CHECK_THAT(error_of([&] { read_idx(damaged, 1); }), Catch::Contains("damaged.gz is damaged: "));

  CHECK(error_of([&] { read_idx(folder.path() / "none.gz", 1); }) ==
        "the data file " + (folder.path() / "none.gz").string() +
            " cannot be opened: No such file or directory");
}

}  // namespace assay::weak_to_strong::test
