// Foreign text in LaTeX.
#pragma once

#include "reports/model/document.h"

#include <string>
#include <string_view>

namespace assay::reports {

/// One line that LaTeX prints as it was written: after one_line() (plain_text.h), special
/// characters become commands, and so do characters that are ligatures, shorthands of babel, or
/// arguments of
/// `\\` at a row's start. Signs such as ± and Greek letters become commands too; other letters stay
/// as they are. Fit for captions and all text, not for math or file names.
std::string latex(std::string_view foreign);

/// The same for marked text: code in typewriter letters, nothing bold.
std::string latex(const Text& text);

/// Whether pdfLaTeX, which knows Latin letters only, can read `text`.
bool is_plain_latin(std::string_view text);

}  // namespace assay::reports
