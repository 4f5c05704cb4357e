#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/hash.h>

#include <catch2/catch.hpp>
#include <cstdlib>

namespace assay {

TEST_CASE("hashes are XXH3 in its published form") {
  // xxHash's own value for the empty input with seed 0 (xxhsum -H2 prints it high half first).
  CHECK(hash_bytes("") == "99aa06d3014798d86001c324468d497f");
  CHECK(hash_bytes("a") != hash_bytes("b"));
}

TEST_CASE("a file's hash is that of its bytes, however long") {
  std::string pattern = (fs::temp_directory_path() / "assay-hash-XXXXXX").string();
  const fs::path folder = ::mkdtemp(pattern.data());
  for (const std::size_t size : {0u, 1u, 1u << 20, (1u << 20) + 17}) {
    const std::string content(size, 'x');
    write_unpublished(folder / "file", content);
    CHECK(hash_file(folder / "file") == hash_bytes(content));
  }
  CHECK_THROWS_WITH(hash_file(folder / "nothing"),
                    "cannot read " + (folder / "nothing").string() + ": No such file or directory");
  fs::remove_all(folder);
}

}  // namespace assay
