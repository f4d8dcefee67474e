# Flags every target has, and the options of the presets.
set(SLUICE_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize takes them")
option(SLUICE_WARNINGS_AS_ERRORS "A warning ends the build" ON)
option(SLUICE_LIBFUZZER "Build tests/fuzz as libFuzzer programs (clang) instead of replays of their seeds" OFF)

find_program(SLUICE_CCACHE ccache)
if(SLUICE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SLUICE_CCACHE})
endif()

add_library(sluice_flags INTERFACE)
target_compile_options(sluice_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                              $<$<BOOL:${SLUICE_WARNINGS_AS_ERRORS}>:-Werror>)
target_include_directories(sluice_flags INTERFACE ${CMAKE_SOURCE_DIR}/include)
if(SLUICE_SANITIZE)
  # For the whole directory, so that they stand before a layer's own options, which may switch some off again.
  add_compile_options(-fsanitize=${SLUICE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SLUICE_SANITIZE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  find_program(SLUICE_MOLD mold)
  if(SLUICE_MOLD)
    target_link_options(sluice_flags INTERFACE -fuse-ld=mold)
  endif()
endif()
