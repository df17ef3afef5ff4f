# SPDX-License-Identifier: Apache-2.0
# Layers depend one way only. A layer is one folder and one static library; its headers are reached as
# `#include "<layer>/<file>.h"` through a folder of the build tree that holds nothing but a link to it, so an include
# of a layer that is not named in USES fails with "No such file".
add_library(hawser_warnings INTERFACE)
target_compile_options(hawser_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)

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
    target_link_libraries(hawser_${name} PRIVATE hawser_warnings ${L_PRIVATE_DEPENDS})
  else()
    add_library(hawser_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(hawser_${name} ${scope} ${root})
  list(TRANSFORM L_USES PREPEND hawser_)
  target_link_libraries(hawser_${name} ${scope} ${L_USES} ${L_DEPENDS})
endfunction()
