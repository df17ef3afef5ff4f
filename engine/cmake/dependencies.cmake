# SPDX-License-Identifier: Apache-2.0
# Every dependency by one imported or compiled target `dep::NAME`; only the layer that owns it links it.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(hawser_pkg_dependency name module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
  add_library(dep::${name} ALIAS PkgConfig::${name})
endfunction()

hawser_pkg_dependency(libuv libuv)
hawser_pkg_dependency(cares libcares)
hawser_pkg_dependency(maxminddb libmaxminddb)
hawser_pkg_dependency(nghttp2 libnghttp2)
hawser_pkg_dependency(sqlite3 sqlite3)
hawser_pkg_dependency(yaml_cpp yaml-cpp)
hawser_pkg_dependency(fmt fmt)
find_package(nlohmann_json REQUIRED)
add_library(dep::json ALIAS nlohmann_json::nlohmann_json)

# --- BoringSSL: Debian's Android package by default, an installed prefix for releases.
add_library(hawser_boringssl INTERFACE)
if(HAWSER_BORINGSSL_PREFIX)
  set(HAWSER_BORINGSSL_ORIGIN "${HAWSER_BORINGSSL_PREFIX}")
  target_include_directories(hawser_boringssl SYSTEM INTERFACE ${HAWSER_BORINGSSL_PREFIX}/include)
  target_link_libraries(hawser_boringssl INTERFACE ${HAWSER_BORINGSSL_PREFIX}/lib/libssl.a
                        ${HAWSER_BORINGSSL_PREFIX}/lib/libcrypto.a Threads::Threads)
else()
  set(HAWSER_BORINGSSL_ORIGIN "Debian android-libboringssl")
  set(android_lib "/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/android")
  find_library(BORINGSSL_SSL NAMES libssl.so libssl.so.0 PATHS ${android_lib} NO_DEFAULT_PATH REQUIRED)
  find_library(BORINGSSL_CRYPTO NAMES libcrypto.so libcrypto.so.0 PATHS ${android_lib} NO_DEFAULT_PATH REQUIRED)
  # The headers stand in a folder that also holds other Android headers: expose `openssl/` alone.
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/boringssl)
  file(CREATE_LINK /usr/include/android/openssl ${CMAKE_BINARY_DIR}/boringssl/openssl SYMBOLIC)
  target_include_directories(hawser_boringssl SYSTEM INTERFACE ${CMAKE_BINARY_DIR}/boringssl)
  target_link_libraries(hawser_boringssl INTERFACE ${BORINGSSL_SSL} ${BORINGSSL_CRYPTO})
  target_link_options(hawser_boringssl INTERFACE "LINKER:-rpath,${android_lib}")
endif()
add_library(dep::boringssl ALIAS hawser_boringssl)

# --- llhttp: sources only in Debian. Its strict mode is off unless it is defined, so a vector proves that it is on.
add_library(hawser_llhttp STATIC /usr/share/llhttp/api.c /usr/share/llhttp/http.c /usr/share/llhttp/llhttp.c)
target_include_directories(hawser_llhttp SYSTEM PUBLIC /usr/share/include/llhttp)
target_compile_options(hawser_llhttp PRIVATE -w)
target_link_libraries(hawser_llhttp PRIVATE hawser_coverage)
target_compile_definitions(hawser_llhttp PUBLIC LLHTTP_STRICT_MODE=1)
add_library(dep::llhttp ALIAS hawser_llhttp)
add_executable(hawser_llhttp_check ${CMAKE_CURRENT_LIST_DIR}/llhttp_is_strict.c)
target_link_libraries(hawser_llhttp_check PRIVATE hawser_llhttp)
add_custom_command(TARGET hawser_llhttp_check POST_BUILD COMMAND hawser_llhttp_check
                   COMMENT "Proving that llhttp is in its strict mode")

# --- flatbuffers: headers only, and flatc of the same version.
find_program(FLATC flatc REQUIRED)
add_library(hawser_flatbuffers INTERFACE)
add_library(dep::flatbuffers ALIAS hawser_flatbuffers)

# --- mimalloc: in the programs alone, never under a sanitizer.
add_library(hawser_allocator INTERFACE)
if(HAWSER_MIMALLOC AND NOT HAWSER_SANITIZE)
  find_package(mimalloc REQUIRED)
  target_link_libraries(hawser_allocator INTERFACE mimalloc)
endif()
