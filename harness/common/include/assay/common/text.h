// Small text services shared by messages: nearest names, joining, quoting.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// The candidate nearest to `word` by Damerau-Levenshtein distance when it is near enough to be a
/// slip (at most a third of its length, at least 1), else "". Letter case counts for nothing; of
/// several equally near the first wins.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// " (did you mean 'x'?)", or "" when no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// "unknown key 'x'", `place` (" in 'train'", or ""), then the near key or the list of known keys.
std::string unknown_key(std::string_view key, const std::vector<std::string>& known,
                        std::string_view place = "");

std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// "1 seed", "5 seeds"; `many` where the plural is not made by an s.
std::string counted(std::size_t count, std::string_view one, std::string_view many = {});

/// 'text' as a message shows what somebody wrote: control characters and bytes that are not UTF-8
/// become escapes, and more than 60 characters are cut.
std::string quote(std::string_view text);

/// The shortest decimal that reads back as `value`: "1", "0.25", "1e-05", "nan".
std::string number_text(double value);

/// Whether `text` matches a shell glob of `*` and `?`.
bool matches_glob(std::string_view text, std::string_view glob);

/// Whether `text` is well-formed UTF-8; when not, `*where` is the offset of the first bad byte.
bool is_utf8(std::string_view text, std::size_t* where = nullptr);

/// Ids are [a-z0-9][a-z0-9._-]{0,63}.
bool is_id(std::string_view text);

}  // namespace assay
