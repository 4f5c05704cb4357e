# Turns the report's style sheet and script into C++ text, with the hashes that its
# content-security-policy allows:
#   cmake "-DSTYLE=a.css;b.css" "-DSCRIPT=a.js;b.js" -DOUTPUT=assets.cc -P embed.cmake
# The files of each are joined in their order.

# The base64 of 64 hex digits (256 bits): three hex digits are two base64 digits; the last digit is
# four bits, padded with two zeros.
function(base64_of_sha256 hex result)
  set(digits "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  set(text "")
  foreach(at RANGE 0 60 3)
    string(SUBSTRING "${hex}" ${at} 3 three)
    math(EXPR high "0x${three} >> 6")
    math(EXPR low "0x${three} & 63")
    string(SUBSTRING "${digits}" ${high} 1 first)
    string(SUBSTRING "${digits}" ${low} 1 second)
    string(APPEND text "${first}${second}")
  endforeach()
  string(SUBSTRING "${hex}" 63 1 last)
  math(EXPR last "0x${last} << 2")
  string(SUBSTRING "${digits}" ${last} 1 last)
  set(${result} "${text}${last}=" PARENT_SCOPE)
endfunction()

set(code "// Made by reports/assets/embed.cmake: change the files in reports/assets instead.\n")
string(APPEND code "#include \"reports/writers/assets.h\"\n\nnamespace assay::reports {\n\n")
foreach(asset IN ITEMS style script)
  string(TOUPPER ${asset} variable)
  # Joined as files and read as hex: CMake's own text functions would change brackets and semicolons.
  set(joined "${OUTPUT}.${asset}")
  execute_process(COMMAND "${CMAKE_COMMAND}" -E cat ${${variable}} OUTPUT_FILE "${joined}"
                  RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "embed.cmake cannot read one of ${${variable}}")
  endif()
  file(SHA256 "${joined}" hex)
  base64_of_sha256(${hex} hash)
  file(READ "${joined}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND code "static const unsigned char ${asset}_bytes[] = {\n    ${bytes}};\n\n")
  string(APPEND code "const Asset& ${asset}_asset() {\n  static const Asset asset{\n"
                     "      {reinterpret_cast<const char*>(${asset}_bytes), sizeof(${asset}_bytes)},\n"
                     "      \"sha256-${hash}\"};\n  return asset;\n}\n\n")
endforeach()
string(APPEND code "}  // namespace assay::reports\n")
file(WRITE "${OUTPUT}" "${code}")
