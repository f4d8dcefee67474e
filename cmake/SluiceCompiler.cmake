# Flags every target has, and the options of the presets.
set(SLUICE_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize takes them")
option(SLUICE_WARNINGS_AS_ERRORS "A warning ends the build" ON)
option(SLUICE_TESTS "Have the tests too; without them, tests/ is not needed" ON)
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
  add_compile_options(-fsanitize=${SLUICE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SLUICE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # UBSan's checks on every pointer double the time to compile (82 s instead of 42 s for a source that sees Beast),
    # and the address sanitizer finds nearly all they would. The fuzz preset, with clang, keeps them.
    add_compile_options(-fno-sanitize=null,alignment)
    # GCC mistakes Asio's allocators when they are instrumented.
    add_compile_options(-Wno-mismatched-new-delete)
  endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  find_program(SLUICE_MOLD mold)
  if(SLUICE_MOLD)
    target_link_options(sluice_flags INTERFACE -fuse-ld=mold)
  endif()
endif()
