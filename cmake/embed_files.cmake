# cmake -DOUTPUT=web_assets.cpp -DGZIP=gzip "-DFILES=a;b" -P embed_files.cmake
# Writes the definition of web_assets() (web_assets.hpp): the files under their names, each as gzip. The gzip has no time
# in it, so the same files give the same source.
set(entries "")
set(arrays "")
set(index 0)
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  execute_process(COMMAND ${GZIP} -9 -n -c INPUT_FILE ${file} OUTPUT_FILE ${OUTPUT}.gz COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${OUTPUT}.gz hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  # A literal: the compiler reads it many times faster than a list of numbers.
  string(REGEX REPLACE "(..)" "\\\\x\\1" literal "${hex}")
  string(APPEND arrays "constexpr char kFile${index}[] = \"${literal}\";\n")
  string(APPEND entries "    {\"${name}\", {kFile${index}, ${size}}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(REMOVE ${OUTPUT}.gz)
file(WRITE ${OUTPUT} "// Generated from web/ by cmake/embed_files.cmake.
#include \"web_assets.hpp\"

namespace sluice::net {
namespace {

${arrays}
constexpr WebAsset kAssets[] = {
${entries}};

}  // namespace

std::span<const WebAsset> web_assets() { return kAssets; }

}  // namespace sluice::net
")
