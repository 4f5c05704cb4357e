#include "reports/writers/latex_text.h"

#include "reports/model/plain_text.h"

#include <array>
#include <cstdint>

namespace assay::reports {

namespace {

struct Sign {
  std::string_view text, command;
};

constexpr Sign signs[] = {
    {"\u00a0", "~"},
    {"\u2009", "\\,"},
    {"\u202f", "\\,"},
    {"\u2013", "--"},
    {"\u2014", "---"},
    {"\u2018", "\\textquoteleft{}"},
    {"\u2019", "\\textquoteright{}"},
    {"\u201c", "\\textquotedblleft{}"},
    {"\u201d", "\\textquotedblright{}"},
    {"\u2026", "\\ldots{}"},
    {"\u00a7", "\\S{}"},
    {"\u00a9", "\\copyright{}"},
    {"\u2212", "$-$"},
    {"\u00b1", "$\\pm$"},
    {"\u00b7", "$\\cdot$"},
    {"\u00d7", "$\\times$"},
    {"\u00f7", "$\\div$"},
    {"\u00b0", "$^{\\circ}$"},
    {"\u00b2", "$^{2}$"},
    {"\u00b3", "$^{3}$"},
    {"\u2190", "$\\leftarrow$"},
    {"\u2191", "$\\uparrow$"},
    {"\u2192", "$\\rightarrow$"},
    {"\u2193", "$\\downarrow$"},
    {"\u2248", "$\\approx$"},
    {"\u2260", "$\\neq$"},
    {"\u2264", "$\\leq$"},
    {"\u2265", "$\\geq$"},
    {"\u221e", "$\\infty$"},
    {"\u2208", "$\\in$"},
    {"\u00b5", "$\\mu$"},
    {"\u0394", "$\\Delta$"},
    {"\u03a3", "$\\Sigma$"},
    {"\u03a9", "$\\Omega$"},
    {"\ufffd", "{?}"},
};

// U+03B1 to U+03C9.
constexpr std::array<const char*, 25> greek = {
    "alpha", "beta",   "gamma",   "delta", "epsilon", "zeta", "eta",  "theta", "iota",
    "kappa", "lambda", "mu",      "nu",    "xi",      "o",    "pi",   "rho",   "varsigma",
    "sigma", "tau",    "upsilon", "phi",   "chi",     "psi",  "omega"};

const char* command_for(char c) {
  switch (c) {
    case '\\':
      return "\\textbackslash{}";
    case '&':
      return "\\&";
    case '%':
      return "\\%";
    case '$':
      return "\\$";
    case '#':
      return "\\#";
    case '_':
      return "\\_";
    case '{':
      return "\\{";
    case '}':
      return "\\}";
    case '~':
      return "\\textasciitilde{}";
    case '^':
      return "\\textasciicircum{}";
    case '<':
      return "\\textless{}";
    case '>':
      return "\\textgreater{}";
    case '|':
      return "\\textbar{}";
    case '`':
      return "\\textasciigrave{}";
    case '"':  // its number works in every encoding, and babel's shorthands do not see it
      return "{\\char34}";
    default:
      return nullptr;
  }
}

std::size_t length_of(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

std::string command_for(std::string_view character) {
  for (const Sign& sign : signs) {
    if (sign.text == character) return std::string(sign.command);
  }
  if (character >= std::string_view("\u03b1") && character <= std::string_view("\u03c9") &&
      character.size() == 2) {
    const auto low = [](std::string_view text) {
      return (static_cast<unsigned char>(text[0]) & 0x1fu) << 6 |
             (static_cast<unsigned char>(text[1]) & 0x3fu);
    };
    const std::string name = greek[low(character) - low("\u03b1")];
    return name == "o" ? "$o$" : "$\\" + name + "$";
  }
  return std::string(character);
}

}  // namespace

std::string latex(std::string_view foreign) {
  const std::string text = one_line(foreign);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t length = length_of(c);
    if (length > 1) {
      out += command_for(std::string_view(text).substr(at, length));
    } else if (const char* command = command_for(c)) {
      out += command;
    } else if (at == 0 && (c == '[' || c == '*')) {
      out += std::string("{") + c + "}";  // as the first thing after \\ it would be its argument
    } else {
      // "--", "''" and ",," are ligatures.
      if (at > 0 && text[at - 1] == c && (c == '-' || c == '\'' || c == ',')) out += "{}";
      out += c;
    }
    at += length;
  }
  return out;
}

std::string latex(const Text& text) {
  std::string out;
  for (const Span& span : text) {
    if (span.text.empty()) continue;
    out += span.kind == Span::Kind::code ? "\\texttt{" + latex(span.text) + "}" : latex(span.text);
  }
  return out;
}

bool is_plain_latin(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); at += length_of(text[at])) {
    const std::string_view character = text.substr(at, length_of(text[at]));
    if (character.size() == 1) continue;
    // Letters of Latin-1 and Latin Extended-A.
    if (character.size() > 2 || character < "\u00c0" || character > "\u017f") return false;
  }
  return true;
}

}  // namespace assay::reports
