# Flags every target has, and the options of the presets: SLUICE_SANITIZE ("", "address,undefined", "fuzzer").
set(SLUICE_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize takes them")

find_program(SLUICE_CCACHE ccache)
if(SLUICE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SLUICE_CCACHE})
endif()

add_library(sluice_flags INTERFACE)
target_compile_options(sluice_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
target_include_directories(sluice_flags INTERFACE ${CMAKE_SOURCE_DIR}/include)
if(SLUICE_SANITIZE)
  target_compile_options(sluice_flags INTERFACE -fsanitize=${SLUICE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(sluice_flags INTERFACE -fsanitize=${SLUICE_SANITIZE})
endif()
find_program(SLUICE_MOLD mold)
if(SLUICE_MOLD)
  target_link_options(sluice_flags INTERFACE -fuse-ld=mold)
endif()
