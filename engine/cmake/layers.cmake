# SPDX-License-Identifier: Apache-2.0
# Layers depend one way only. A layer is one folder and one static library; its headers are reached as
# `#include "<layer>/<file>.h"` through a folder of the build tree that holds nothing but a link to it, so an include
# of a layer that is not named in USES fails with "No such file".
#
# With HAWSER_UNITY a layer is one file to the compiler, which reads its headers once: the names in its unnamed namespaces
# have to differ. A local name may be another file's global one, so shadowing is told only where each file stands alone: in
# the other builds, and in the lint.
add_library(hawser_warnings INTERFACE)
target_compile_options(hawser_warnings INTERFACE -Wall -Wextra -Wconversion -Werror
                       $<$<NOT:$<BOOL:${HAWSER_UNITY}>>:-Wshadow>)
# gcc 12 takes inlined std::string appends for overruns (its bugs 105329 and 105651); the sanitizers watch that instead.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(hawser_warnings INTERFACE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow
                         -Wno-stringop-overread)
endif()

# With HAWSER_PCH the headers that cost most, the standard library's and JSON's, are compiled once for all layers; they are
# half of a file's cost. What a file forgets to include shows without it: in the preset debug, and in the lint, whose
# commands leave it out.
if(HAWSER_PCH)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>) # for ccache
  endif()
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/standard_headers.cc CONTENT "// Has the headers compiled once.\n")
  add_library(hawser_standard_headers OBJECT ${CMAKE_BINARY_DIR}/standard_headers.cc)
  target_link_libraries(hawser_standard_headers PRIVATE hawser_coverage)
  target_precompile_headers(hawser_standard_headers PRIVATE
    <algorithm> <array> <atomic> <functional> <map> <memory> <mutex> <optional> <set> <span> <string> <string_view>
    <unordered_map> <utility> <variant> <vector> <nlohmann/json.hpp>)
endif()

# hawser_layer(NAME DIR USES layer... DEPENDS dep::x... PRIVATE_DEPENDS dep::y...)
function(hawser_layer name dir)
  cmake_parse_arguments(L "" "" "USES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  set(root ${CMAKE_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${dir} ${root}/${name} SYMBOLIC)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${dir}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  if(sources)
    add_library(hawser_${name} STATIC ${sources})
    set(scope PUBLIC)
    if(HAWSER_UNITY)
      set_target_properties(hawser_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
    endif()
    if(HAWSER_PCH)
      target_precompile_headers(hawser_${name} REUSE_FROM hawser_standard_headers)
    endif()
    target_link_libraries(hawser_${name} PRIVATE hawser_warnings hawser_coverage ${L_PRIVATE_DEPENDS})
  else()
    add_library(hawser_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(hawser_${name} ${scope} ${root})
  list(TRANSFORM L_USES PREPEND hawser_)
  target_link_libraries(hawser_${name} ${scope} ${L_USES} ${L_DEPENDS})
endfunction()
