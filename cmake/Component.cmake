# fixgate_component(NAME [DEPENDS target...])
#
# A component is a folder of src/: x.h, x.cpp and x_test.cpp side by side. Its sources make the static library
# fixgate_NAME; its tests make the program NAME_test, run by ctest as one test per case.
function(fixgate_component name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;TEST_DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  if(sources)
    add_library(fixgate_${name} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(fixgate_${name} PRIVATE fixgate_warnings)
  else()
    add_library(fixgate_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(fixgate_${name} ${scope} ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(fixgate_${name} ${scope} ${ARG_DEPENDS})

  if(FIXGATE_TESTS AND tests)
    fixgate_test(${name}_test SOURCES ${tests} DEPENDS fixgate_${name} ${ARG_TEST_DEPENDS})
  endif()
endfunction()

# fixgate_test(NAME SOURCES file... DEPENDS target...): one GoogleTest program.
function(fixgate_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE fixgate_warnings ${ARG_DEPENDS} rapidcheck GTest::gtest GTest::gtest_main)
  # The code under test keeps its -O3; the tests themselves compile in half the time without it.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_compile_definitions(${name} PRIVATE FIXGATE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # A guard against hanging, not a measure: under TSan on a busy machine whole networks take a quarter of an hour.
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 3600)
endfunction()
