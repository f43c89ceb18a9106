# Settings and helpers shared by every folder: warnings, sanitizers, ccache.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # A precompiled header must not carry its time stamp, or ccache never hits.
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()

add_compile_options(-Wall -Wextra -Wno-unused-parameter)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_link_options(-fuse-ld=lld)
endif()
foreach(sanitizer IN LISTS SINTER_SANITIZE)
  add_compile_options(-fsanitize=${sanitizer} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${sanitizer})
endforeach()

# Everything includes by path from the root; the public headers by <sinter/...>.
include_directories(${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})

# sinter_covered(TARGET): counts which code of TARGET runs (clang; test/coverage.py reads it).
function(sinter_covered target)
  if(SINTER_COVERAGE)
    target_compile_options(${target} PRIVATE -fprofile-instr-generate -fcoverage-mapping)
    target_link_options(${target} PUBLIC -fprofile-instr-generate)
  endif()
endfunction()

# sinter_gtest(NAME SOURCES... LIBS ...): one GoogleTest program, registered with CTest under the label fast.
function(sinter_gtest name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gtest_main GTest::gmock)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_LABELS)
    set(arg_LABELS fast)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}")
endfunction()

# sinter_families(OUTPUT PATTERN FILE...): OUTPUT gets one line SINTER_FAMILY(name) a file that defines the function of
# PATTERN, whose first group is the name. A new file is enough to register a family: whoever lists FILEs globs them.
function(sinter_families output pattern)
  set(text "")
  foreach(source IN LISTS ARGN)
    file(STRINGS ${source} lines REGEX "^${pattern}")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^${pattern}.*" "\\1" name "${line}")
      string(APPEND text "SINTER_FAMILY(${name})\n")
    endforeach()
  endforeach()
  file(CONFIGURE OUTPUT ${output} CONTENT "${text}" @ONLY) # written only when it changes
endfunction()

# sinter_include_all(OUTPUT PREFIX DIRECTIVE FILE...): OUTPUT includes every FILE as PREFIX/<its name>; the directive is
# #include, or include for TableGen.
function(sinter_include_all output prefix directive)
  set(text "")
  foreach(source IN LISTS ARGN)
    get_filename_component(name ${source} NAME)
    string(APPEND text "${directive} \"${prefix}/${name}\"\n")
  endforeach()
  file(CONFIGURE OUTPUT ${output} CONTENT "${text}" @ONLY)
endfunction()
