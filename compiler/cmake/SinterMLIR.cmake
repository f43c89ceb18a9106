# Finds LLVM/MLIR 22, and helpers for libraries that include MLIR headers.

foreach(root /usr/lib/llvm-22 /usr/local/llvm-22)
  list(APPEND CMAKE_PREFIX_PATH ${root})
endforeach()
find_package(MLIR CONFIG QUIET)
if(NOT MLIR_FOUND OR NOT LLVM_VERSION_MAJOR EQUAL 22)
  message(FATAL_ERROR "LLVM and MLIR 22 are needed and were not found.\n"
    "On Debian: apt-get install libmlir-22-dev mlir-22-tools llvm-22-dev clang-22 lld-22\n"
    "Elsewhere: pass -DMLIR_DIR=<prefix>/lib/cmake/mlir -DLLVM_DIR=<prefix>/lib/cmake/llvm")
endif()
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
add_definitions(${LLVM_DEFINITIONS})

# One precompiled header for the MLIR headers that nearly every file wants.
file(WRITE ${PROJECT_BINARY_DIR}/pch/Empty.cpp "")
add_library(SinterPCH OBJECT ${PROJECT_BINARY_DIR}/pch/Empty.cpp)
target_compile_options(SinterPCH PRIVATE -fno-exceptions -Xclang -fno-pch-timestamp)
target_precompile_headers(SinterPCH PRIVATE
  <mlir/Dialect/Arith/IR/Arith.h> <mlir/Dialect/Math/IR/Math.h> <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/IR/Builders.h> <mlir/IR/BuiltinOps.h> <mlir/IR/BuiltinTypes.h> <mlir/IR/PatternMatch.h> <mlir/IR/SymbolTable.h>
  <mlir/IR/Matchers.h> <mlir/Pass/Pass.h> <mlir/Transforms/GreedyPatternRewriteDriver.h>
  <llvm/ADT/StringExtras.h> <llvm/ADT/SmallVector.h> <llvm/ADT/DenseMap.h> <vector> <string> <map> <optional>)

# sinter_mlir_library(NAME SOURCES... LIBS... DEPENDS...): a static library without exceptions, on the shared libMLIR.
function(sinter_mlir_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  target_compile_options(${name} PRIVATE -Xclang -fno-pch-timestamp)
  target_precompile_headers(${name} REUSE_FROM SinterPCH)
  target_link_libraries(${name} PUBLIC ${arg_LIBS} MLIR LLVM)
  if(arg_DEPENDS)
    add_dependencies(${name} ${arg_DEPENDS})
  endif()
endfunction()
