#include <assay/common/hash.h>

#include <assay/common/error.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>
#include <vector>

namespace assay {

namespace {

std::string hex(XXH128_hash_t hash) {
  // The canonical form is big-endian: the digits are the same on every machine, as xxhsum prints them.
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(32);
  for (const unsigned char byte : bytes.digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace

std::string hash_bytes(std::string_view bytes) {
  return hex(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string hash_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw Error("cannot read " + path.string() + ": " + std::strerror(errno));
  }
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                              XXH3_freeState);
  XXH3_128bits_reset(state.get());
  std::vector<char> buffer(1 << 20);
  for (;;) {
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const std::string cause = std::strerror(errno);
      ::close(descriptor);
      throw Error("cannot read " + path.string() + ": " + cause);
    }
    if (got == 0) break;
    XXH3_128bits_update(state.get(), buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(descriptor);
  return hex(XXH3_128bits_digest(state.get()));
}

}  // namespace assay
