# add_sinter_model(NAME SOURCES model.cpp [KIND trainer|static-lib|shared-lib|object] [TARGETS T...]
#                  [EMBED_WEIGHTS F.safetensors] [OPTIONS flags of `sinter build`...])
#
# KIND trainer (the default) makes the program NAME, KIND object the file NAME.o; their target is NAME_model, built with
# ALL. The libraries make a target NAME to link with, whose include path has the header MODEL.h. Everything is made anew
# when the source, a header it includes, the weights or sinter itself change. NAME must be the model's name when KIND is
# a library.
function(add_sinter_model name)
  cmake_parse_arguments(arg "" "KIND;EMBED_WEIGHTS" "SOURCES;TARGETS;OPTIONS" ${ARGN})
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "add_sinter_model(${name}) expects SOURCES, got none")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "add_sinter_model(${name}) got unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_KIND)
    set(arg_KIND trainer)
  endif()
  string(REPLACE "-" "_" symbol ${name})
  set(output_trainer ${name})
  set(output_static-lib lib${symbol}.a)
  set(output_shared-lib lib${symbol}.so)
  set(output_object ${symbol}.o)
  if(NOT DEFINED output_${arg_KIND})
    message(FATAL_ERROR "add_sinter_model(${name}) expects KIND trainer, static-lib, shared-lib or object, got ${arg_KIND}")
  endif()
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${output_${arg_KIND}})
  set(outputs ${output})
  if(arg_KIND MATCHES "-lib$")
    list(APPEND outputs ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.h)
  endif()

  list(GET arg_SOURCES 0 main)
  cmake_path(ABSOLUTE_PATH main BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set(flags --kind ${arg_KIND} ${arg_OPTIONS})
  if(arg_TARGETS)
    list(JOIN arg_TARGETS "," targets)
    list(APPEND flags --target ${targets})
  endif()
  if(arg_EMBED_WEIGHTS)
    cmake_path(ABSOLUTE_PATH arg_EMBED_WEIGHTS BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    list(APPEND flags --embed-weights ${arg_EMBED_WEIGHTS})
  endif()
  set(compiler "")
  if(CMAKE_CXX_COMPILER)
    set(compiler ${CMAKE_COMMAND} -E env CXX=${CMAKE_CXX_COMPILER})
  endif()
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND ${compiler} ${SINTER_EXECUTABLE} build ${main} -o ${output} --depfile ${output}.d ${flags}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
    DEPENDS ${arg_SOURCES} ${arg_EMBED_WEIGHTS} ${SINTER_EXECUTABLE}
    DEPFILE ${output}.d
    COMMENT "sinter build ${name}"
    VERBATIM)

  if(arg_KIND MATCHES "-lib$")
    add_custom_target(${name}_model DEPENDS ${outputs})
    string(REPLACE "-lib" "" linkage ${arg_KIND})
    string(TOUPPER ${linkage} linkage)
    add_library(${name} ${linkage} IMPORTED GLOBAL)
    set_target_properties(${name} PROPERTIES
      IMPORTED_LOCATION ${output}
      INTERFACE_INCLUDE_DIRECTORIES ${CMAKE_CURRENT_BINARY_DIR}
      INTERFACE_LINK_LIBRARIES "Threads::Threads;m")
    add_dependencies(${name} ${name}_model)
  else()
    add_custom_target(${name}_model ALL DEPENDS ${outputs})
  endif()
endfunction()
