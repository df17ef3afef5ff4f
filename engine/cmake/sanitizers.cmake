# SPDX-License-Identifier: Apache-2.0
# Sanitizers apply to every target alike: a mix of instrumented and plain objects hides faults.
if(HAWSER_SANITIZE)
  add_compile_options(-fsanitize=${HAWSER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_compile_definitions(HAWSER_SANITIZED)
  add_link_options(-fsanitize=${HAWSER_SANITIZE})
endif()
if(HAWSER_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
