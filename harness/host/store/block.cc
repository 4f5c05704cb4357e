#include "host/store/block.h"

#include <assay/common/hash.h>

#include <cctype>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <unistd.h>

namespace assay {

std::string block_name(const Seeds& seeds) {
  if (seeds.empty()) return "none";
  bool consecutive = seeds.size() > 1;
  std::string joined;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    if (i > 0) {
      joined += '_';
      consecutive = consecutive && seeds[i] == seeds[i - 1] + 1;
    }
    joined += std::to_string(seeds[i]);
  }
  const std::string first = std::to_string(seeds.front());
  const std::string last = std::to_string(seeds.back());
  if (consecutive) return first + "-" + last;
  if (joined.size() <= 40) return joined;
  return first + "_" + last + "_" + hash_bytes(joined).substr(0, 12);
}

std::string path_name(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    const bool plain = std::isalnum(c) != 0 || std::strchr("._=+,@-", c) != nullptr;
    if (plain && c != 0 && !(c == '.' && i == 0)) {
      name += static_cast<char>(c);
    } else {
      char escaped[4];
      std::snprintf(escaped, sizeof escaped, "%%%02X", c);
      name += escaped;
    }
  }
  return name;
}

std::filesystem::path block_folder(const std::string& benchmark, const std::string& method,
                                   const Seeds& block) {
  return std::filesystem::path("cells") / path_name(benchmark) / path_name(method) /
         block_name(block);
}

std::string iso_time() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return "unknown";
  return name;
}

}  // namespace assay
