# The checks that need no build, as tests: label lint.
function(sluice_lint name)
  add_test(NAME lint.${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(lint.${name} PROPERTIES LABELS lint)
endfunction()

sluice_lint(format tools/check_format.sh)
sluice_lint(layers tools/check_layers.py)
sluice_lint(files tools/check_files.py)
sluice_lint(shell tools/check_shell.sh)
