# SPDX-License-Identifier: Apache-2.0
# Sanitizers apply to every target alike: a mix of instrumented and plain objects hides faults.
if(HAWSER_SANITIZE)
  add_compile_options(-fsanitize=${HAWSER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_compile_definitions(HAWSER_SANITIZED)
  add_link_options(-fsanitize=${HAWSER_SANITIZE})
  # Programs with sanitizers are large: the usual linker takes seconds for each.
  find_program(HAWSER_LLD ld.lld)
  if(HAWSER_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()
# What libFuzzer follows: the layers' code, not that of the tests beside them (layers.cmake, fuzz/CMakeLists.txt).
add_library(hawser_coverage INTERFACE)
if(HAWSER_FUZZ)
  target_compile_options(hawser_coverage INTERFACE -fsanitize=fuzzer-no-link)
endif()
