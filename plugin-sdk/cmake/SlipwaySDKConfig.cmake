# find_package(SlipwaySDK) gives the target Slipway::sdk (what a plugin is compiled and linked with), the program Slipway::slipway,
# and slipway_add_model(). docs/author-guide.md says how they are used.
cmake_minimum_required(VERSION 3.20)   # DEPFILE for make, too

get_filename_component(_slipway_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(SlipwaySDK_INCLUDE_DIR "${_slipway_prefix}/include")
set(SlipwaySDK_VERSION_SCRIPT "${_slipway_prefix}/share/slipway/plugin.map")

if(NOT TARGET Slipway::sdk)
  add_library(Slipway::sdk INTERFACE IMPORTED)
  set_target_properties(Slipway::sdk PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${SlipwaySDK_INCLUDE_DIR}")
  # They keep the versions of a plugin apart in one process, and let each be unloaded; hosts refuse plugins without them.
  target_compile_options(Slipway::sdk INTERFACE -fvisibility=hidden $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>)
  target_link_options(Slipway::sdk INTERFACE "LINKER:--version-script=${SlipwaySDK_VERSION_SCRIPT}" "LINKER:-z,now" "LINKER:-z,relro"
    "LINKER:-z,noexecstack")
  # A sanitizer's runtime is found when the plugin is loaded.
  if(NOT "${CMAKE_CXX_FLAGS} ${CMAKE_C_FLAGS}" MATCHES "-fsanitize=")
    target_link_options(Slipway::sdk INTERFACE "LINKER:-z,defs")
  endif()
endif()

if(NOT TARGET Slipway::slipway)
  find_program(SlipwaySDK_PROGRAM slipway HINTS "${_slipway_prefix}/bin" DOC "The program slipway" REQUIRED)
  add_executable(Slipway::slipway IMPORTED)
  set_target_properties(Slipway::slipway PROPERTIES IMPORTED_LOCATION "${SlipwaySDK_PROGRAM}")
endif()

# The value of a plain `key: value` line of a manifest.
function(_slipway_manifest_value manifest key result)
  file(STRINGS "${manifest}" lines REGEX "^${key}:")
  if(NOT lines MATCHES "^${key}:[ \t]*[\"']?([^\"' \t#]+)")
    message(FATAL_ERROR "${manifest} has no line \"${key}: ...\"")
  endif()
  set(${result} "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()

# slipway_add_model(TARGET SOURCES file... [FOLDER dir] [NO_BIND] [NO_ASSERTIONS])
#
# The plugin of the model whose model.yaml is in FOLDER (the current source folder): a library at FOLDER/lib/ARCHITECTURE/PLUGIN.so,
# which makes FOLDER a bundle. Name and version go into the plugin from the manifest, and are read again when it changes.
# Unless NO_BIND: PLUGIN.bind.hpp with C++ types for request and response can be included, and is made anew when a schema changes.
# Unless NO_ASSERTIONS: the standard library checks what it is asked for (an index, an optional that is empty), so that a mistake ends
# the model where `slipway test` sees it, instead of answering nonsense.
# TARGET_bind is an interface library with that header, for unit tests.
function(slipway_add_model target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_BIND;NO_ASSERTIONS" "FOLDER" "SOURCES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "slipway_add_model(TARGET SOURCES file... [FOLDER dir] [NO_BIND] [NO_ASSERTIONS]): cannot use \"${ARGV}\"")
  endif()
  if(NOT arg_FOLDER)
    set(arg_FOLDER "${CMAKE_CURRENT_SOURCE_DIR}")
  endif()
  get_filename_component(folder "${arg_FOLDER}" ABSOLUTE)
  set(manifest "${folder}/model.yaml")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${manifest}")
  foreach(key name version plugin)
    _slipway_manifest_value("${manifest}" ${key} ${key})
  endforeach()

  add_library(${target} MODULE ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE Slipway::sdk)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_definitions(${target} PRIVATE "SLIPWAY_MODEL_NAME=\"${name}\"" "SLIPWAY_MODEL_VERSION=\"${version}\"")
  set_target_properties(${target} PROPERTIES PREFIX "" SUFFIX ".so" OUTPUT_NAME "${plugin}"
    LIBRARY_OUTPUT_DIRECTORY "$<1:${folder}/lib/${CMAKE_SYSTEM_PROCESSOR}>"
    LINK_DEPENDS "${SlipwaySDK_VERSION_SCRIPT}" POSITION_INDEPENDENT_CODE ON)

  if(NOT arg_NO_ASSERTIONS)
    target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
  endif()

  # What `slipway dev` builds: the models, without their tests.
  if(NOT TARGET slipway_models)
    add_custom_target(slipway_models)
  endif()
  add_dependencies(slipway_models ${target})

  if(NOT arg_NO_BIND)
    set(header_folder "${CMAKE_CURRENT_BINARY_DIR}/${target}-bind")
    set(header "${header_folder}/${plugin}.bind.hpp")
    file(MAKE_DIRECTORY "${header_folder}")
    add_custom_command(OUTPUT "${header}"
      COMMAND Slipway::slipway bind "${folder}" -o "${header}" --depfile "${header}.d"
      COMMAND "${CMAKE_COMMAND}" -E touch "${header}"
      DEPENDS "${manifest}" DEPFILE "${header}.d"
      COMMENT "Making ${plugin}.bind.hpp of the schemas" VERBATIM)
    add_custom_target(${target}_bind_header DEPENDS "${header}")   # one target, or make would run the command once for each user
    add_library(${target}_bind INTERFACE)
    add_dependencies(${target}_bind ${target}_bind_header)
    target_include_directories(${target}_bind INTERFACE "${header_folder}" "${SlipwaySDK_INCLUDE_DIR}")
    target_compile_features(${target}_bind INTERFACE cxx_std_20)
    target_link_libraries(${target} PRIVATE ${target}_bind)
  endif()
endfunction()
