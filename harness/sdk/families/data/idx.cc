#include "sdk/families/data/idx.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace assay {
namespace {

constexpr std::uint8_t unsigned_bytes = 0x08;
// The largest IDX file of the MNIST family has 47 MB; a header that asks for more is damaged.
constexpr std::uint64_t largest_content = std::uint64_t{1} << 31;

/// A file that zlib reads, compressed or not.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : path_(path) {
    errno = 0;
    file_.reset(gzopen(path.c_str(), "rb"));
    if (!file_) fail(std::string("cannot be opened: ") + std::strerror(errno != 0 ? errno : ENOMEM));
    gzbuffer(file_.get(), 1 << 18);
  }

  /// Reads exactly `size` bytes.
  void read(void* to, std::uint64_t size, const std::string& what) {
    auto* out = static_cast<std::uint8_t*>(to);
    std::uint64_t done = 0;
    while (done < size) {
      const auto part = static_cast<unsigned>(std::min<std::uint64_t>(size - done, 1u << 30));
      const int got = gzread(file_.get(), out + done, part);
      if (got < 0) fail_damaged();
      if (got == 0) {
        // At a premature end zlib says only through gzerror that the stream was cut.
        int code = Z_OK;
        gzerror(file_.get(), &code);
        if (code == Z_BUF_ERROR) fail("is cut off inside its compressed data");
        fail("is too short: " + what + " has " + std::to_string(size) + " bytes, the file holds " +
             std::to_string(done) + " of them");
      }
      done += static_cast<std::uint64_t>(got);
    }
  }

  void expect_end() {
    std::uint8_t extra = 0;
    const int got = gzread(file_.get(), &extra, 1);
    if (got < 0) fail_damaged();
    if (got > 0) fail("is longer than its header says");
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error("the data file " + path_.string() + " " + what);
  }

 private:
  [[noreturn]] void fail_damaged() const {
    int code = Z_OK;
    fail(std::string("is damaged: ") + gzerror(file_.get(), &code));
  }

  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };
  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, Close> file_;
};

}  // namespace

Tensor read_idx(const std::filesystem::path& path, int dimensions) {
  Reader reader(path);
  std::array<std::uint8_t, 4> magic{};
  reader.read(magic.data(), magic.size(), "an IDX header");
  if (magic[0] != 0 || magic[1] != 0) reader.fail("is not an IDX file (its first bytes are not 0)");
  if (magic[2] != unsigned_bytes) {
    reader.fail("holds another type than unsigned bytes (type code " + std::to_string(magic[2]) + ")");
  }
  if (magic[3] != dimensions) {
    reader.fail("has " + std::to_string(magic[3]) + " dimensions where " +
                std::to_string(dimensions) + " are expected");
  }
  std::vector<std::int64_t> shape;
  std::uint64_t size = 1;
  for (int i = 0; i < dimensions; ++i) {
    std::array<std::uint8_t, 4> bytes{};
    reader.read(bytes.data(), bytes.size(), "an IDX header's dimension");
    const std::uint64_t length = (std::uint64_t{bytes[0]} << 24) | (std::uint64_t{bytes[1]} << 16) |
                                 (std::uint64_t{bytes[2]} << 8) | bytes[3];
    if (length == 0) reader.fail("has a dimension of length 0");
    shape.push_back(static_cast<std::int64_t>(length));
    if (length > largest_content / size) reader.fail("has a header that asks for more than 2 GB");
    size *= length;
  }
  Tensor content = at::empty(shape, at::kByte);
  reader.read(content.mutable_data_ptr(), size, "its content");
  reader.expect_end();
  return content;
}

}  // namespace assay
